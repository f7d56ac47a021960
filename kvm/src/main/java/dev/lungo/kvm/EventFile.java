package dev.lungo.kvm;

/**
 * A counter by which KVM and its user tell each other of events: eventfd(2). One that is read is
 * zero again.
 */
final class EventFile implements AutoCloseable {
    private final Syscall calls = new Syscall();
    private final Memory count = new Memory(Long.BYTES);
    final int file = calls.eventFile();

    /** Something has happened. */
    void signal() {
        calls.write(file, count.putLong(0, 1).host(), Long.BYTES);
    }

    /** How often something has happened since this was last asked. */
    long take() {
        return calls.read(file, count.host(), Long.BYTES) == Long.BYTES ? count.getLong(0) : 0;
    }

    @Override
    public void close() {
        calls.close(file);
    }
}
