package dev.lungo.cli;

import dev.lungo.pc.Outcome;

/** What the process tells its parent. A guest that used the debug exit port chooses its own. */
final class ExitStatus {
    static final int OK = 0;
    static final int HOST_FAILED = 1;
    static final int WRONG_COMMAND = 2;
    static final int GUEST_CRASHED = 3;
    static final int TIMED_OUT = 4;

    private ExitStatus() {}

    static int of(Outcome outcome) {
        return switch (outcome) {
            case Outcome.PowerOff _, Outcome.Reset _, Outcome.Quit _ -> OK;
            case Outcome.Crash _ -> GUEST_CRASHED;
            case Outcome.DebugExit(int status) -> status & 0xFF;
            case Outcome.TimedOut _ -> TIMED_OUT;
        };
    }
}
