package dev.lungo.kvm;

import dev.lungo.host.SignalHandlers;

/**
 * Gets threads out of KVM_RUN: a signal interrupts the call. A thread that is not in it yet is
 * stopped by {@code immediate_exit}, which whoever signals sets before: api.rst, "immediate_exit".
 * Together they cannot be lost.
 */
final class Kick {
    /** SIGRTMIN is 34 with the GNU C library; the JVM uses no real-time signal. */
    private static final int SIGNAL = 34 + 6;

    private static final int PROCESS = install();

    private Kick() {}

    private static int install() {
        SignalHandlers.interruptOnly(SIGNAL);
        return new Syscall().processId();
    }

    /** To be called before anything can be interrupted. */
    static void prepare() {
        assert PROCESS != 0;
    }

    /** Interrupts what a thread is waiting for in the kernel. */
    static void interrupt(Syscall by, int thread) {
        by.kill(PROCESS, thread, SIGNAL);
    }
}
