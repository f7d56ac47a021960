package dev.lungo.host.console;

import dev.lungo.host.Descriptor;
import dev.lungo.host.HostException;
import dev.lungo.machine.BackendException;
import dev.lungo.machine.ConsoleBackend;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A console that is a pseudoterminal, which a terminal program opens by its name. pty(7), ptmx(4).
 * What is written while nobody reads it is lost once the terminal holds no more.
 */
public final class PtyConsole implements ConsoleBackend {
    // ioctl_tty(2), of asm-generic/ioctls.h.
    private static final long TCGETS = 0x5401;
    private static final long TCSETS = 0x5402;
    private static final long TIOCGPTN = 0x8004_5430L;
    private static final long TIOCSPTLCK = 0x4004_5431L;

    /** struct termios of the kernel's: four flag words, c_line, c_cc[19]. */
    private static final int TERMIOS_BYTES = 36;

    private static final int C_CFLAG = 8;
    private static final int C_CC = 17;
    private static final int VMIN = C_CC + 6;
    private static final int CS8 = 0x30;

    private static final int NOTICE_MILLIS = 500;

    /** How long a writer waits for a reader that has read before, and then no longer. */
    private static final int PATIENCE_MILLIS = 1000;

    private final Descriptor master;

    /** Held so that the terminal stays as it was set while nobody else has it. */
    private final Descriptor slave;

    private final Input input = new Input();
    private boolean isRead = true;
    private boolean closed;

    private PtyConsole(Descriptor master, Descriptor slave) {
        this.master = master;
        this.slave = slave;
        Thread.ofPlatform().daemon().name("lungo-console").start(this::receiveAll);
    }

    /**
     * Makes one.
     *
     * @throws BackendException when the host has none
     */
    public static PtyConsole open() {
        try {
            int flags = Descriptor.O_RDWR | Descriptor.O_NOCTTY;
            Descriptor master = Descriptor.open("/dev/ptmx", flags | Descriptor.O_NONBLOCK, 0);
            try {
                master.control("unlocking the terminal of", TIOCSPTLCK, new byte[4]);
                byte[] number = new byte[4];
                master.control("naming the terminal of", TIOCGPTN, number);
                int pts = ByteBuffer.wrap(number).order(ByteOrder.nativeOrder()).getInt();
                Descriptor slave = Descriptor.open("/dev/pts/" + pts, flags, 0);
                makeRaw(slave);
                return new PtyConsole(master, slave);
            } catch (HostException e) {
                master.close();
                throw e;
            }
        } catch (HostException e) {
            throw new BackendException("There is no pseudoterminal: " + e.getMessage() + ".", e);
        }
    }

    /** Bytes as they are, each way, and no echo. cfmakeraw of termios(3). */
    private static void makeRaw(Descriptor terminal) {
        byte[] termios = new byte[TERMIOS_BYTES];
        terminal.control("reading the settings of", TCGETS, termios);
        ByteBuffer fields = ByteBuffer.wrap(termios).order(ByteOrder.nativeOrder());
        fields.putInt(0, 0).putInt(4, 0).putInt(12, 0);
        fields.putInt(C_CFLAG, fields.getInt(C_CFLAG) | CS8);
        fields.put(VMIN, (byte) 1);
        terminal.control("changing the settings of", TCSETS, termios);
    }

    /** What to give to a terminal program: /dev/pts/N. */
    public String name() {
        return slave.toString();
    }

    private void receiveAll() {
        byte[] bytes = new byte[4096];
        try {
            while (!input.isClosed()) {
                if (master.awaitInput(NOTICE_MILLIS)) {
                    int count = master.read(bytes, 0, bytes.length);
                    if (count > 0) {
                        boolean _ = input.deliver(bytes, count);
                    }
                }
            }
        } catch (HostException _) {
            // It fails for good: a terminal on which nobody types.
        }
        synchronized (this) {
            closed = true;
            slave.close();
            master.close();
        }
    }

    @Override
    public synchronized void write(byte[] from, int at, int bytes) {
        int done = 0;
        long start = System.nanoTime();
        try {
            while (done < bytes && !closed && !input.isClosed()) {
                int taken = master.write(from, at + done, bytes - done);
                done += taken;
                if (taken > 0) {
                    isRead = true;
                    start = System.nanoTime();
                } else if (!isRead || System.nanoTime() - start > PATIENCE_MILLIS * 1_000_000L) {
                    isRead = false;
                    return;
                } else {
                    Thread.sleep(1);
                }
            }
        } catch (HostException _) {
            isRead = false;
        } catch (InterruptedException _) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void onReceive(Receiver receiver) {
        input.onReceive(receiver);
    }

    /** The thread that receives lets go of the terminal, soon. */
    @Override
    public void close() {
        input.close();
    }
}
