package dev.lungo.machine;

/** A processor that only notes what its local APIC tells it. */
final class RecordedSignals implements VirtualCpu.Signals {
    int interrupts;
    int nmis;
    int inits;
    int startupVector = -1;

    @Override
    public void interrupt() {
        interrupts++;
    }

    @Override
    public void nmi() {
        nmis++;
    }

    @Override
    public void init() {
        inits++;
    }

    @Override
    public void startup(int vector) {
        startupVector = vector;
    }
}
