package dev.lungo.cpu.core;

import dev.lungo.isa.ExceptionVector;

/**
 * An exception of the guest's, on its way from the instruction that raised it to the interpreter's
 * loop. Control flow, not trouble: each processor has one, and it carries no stack trace.
 */
public final class GuestFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ExceptionVector vector = ExceptionVector.UD;

    /** Zero where the exception has no error code. */
    public int errorCode;

    /**
     * The access had a non-canonical address: #GP(0), or #SS(0) where the instruction addressed the
     * stack, which only the instruction knows.
     */
    public boolean nonCanonical;

    /** RIP is already what is to be pushed: the fault belongs to a task that has just begun. */
    public boolean settled;

    /** No exception at all: the instruction waits until an interrupt has been handled. */
    public boolean waits;

    GuestFault() {
        super(null, null, false, false);
    }
}
