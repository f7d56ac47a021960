package dev.lungo.cpu.translate;

import static dev.lungo.cpu.translate.HostCode.R10;
import static dev.lungo.cpu.translate.HostCode.R11;
import static dev.lungo.cpu.translate.HostCode.R12;
import static dev.lungo.cpu.translate.HostCode.R13;
import static dev.lungo.cpu.translate.HostCode.R14;
import static dev.lungo.cpu.translate.HostCode.R15;
import static dev.lungo.cpu.translate.HostCode.RAX;
import static dev.lungo.cpu.translate.HostCode.RBP;
import static dev.lungo.cpu.translate.HostCode.RBX;
import static dev.lungo.cpu.translate.HostCode.RCX;
import static dev.lungo.cpu.translate.HostCode.RDI;
import static dev.lungo.cpu.translate.HostCode.RDX;
import static dev.lungo.cpu.translate.HostCode.RSI;

import dev.lungo.cpu.core.State;

/**
 * Which host registers hold what while translated code runs. Guest RAX, RCX and RDX are the host's
 * own, since some instructions work on these alone; the host's RSP must stay a stack that signal
 * handlers can use.
 *
 * <pre>
 * RBP                   the processor's state, {@link #BIAS} bytes in
 * R10, R11, R15         temporaries
 * RAX RCX RDX RBX RSI RDI R8 R9    the guest's
 * R12, R13, R14         the guest's RSP, RBP and R12
 * </pre>
 *
 * RIP is that of the page's first byte meanwhile, so that it stays as it is along the page.
 *
 * <p>The guest's other registers stay in the state. XMM0 to XMM15 (or YMM) and MXCSR are the
 * guest's own in units that use any of them, and whatever they happen to be in others; so are the
 * x87 and MMX registers.
 */
final class Frame {
    /** So that what is used most is within reach of a displacement of one byte. */
    static final int BIAS = 128;

    static final int STATE = RBP;
    static final int T0 = R10;
    static final int T1 = R11;
    static final int T2 = R15;

    /** By guest register: the host's, or {@link HostCode#NONE}. */
    private static final int[] PINNED = {
        RAX, RCX, RDX, RBX, R12, R13, RSI, RDI, 8, 9, -1, -1, R14, -1, -1, -1
    };

    private Frame() {}

    /** The host register that holds a guest register, or {@link HostCode#NONE}. */
    static int host(int guest) {
        return PINNED[guest];
    }

    static boolean isPinned(int guest) {
        return PINNED[guest] >= 0;
    }

    /** The displacement from {@link #STATE} of something in the state. */
    static int at(int offset) {
        return offset - BIAS;
    }

    static int gpr(int guest) {
        return at(State.gpr(guest));
    }
}
