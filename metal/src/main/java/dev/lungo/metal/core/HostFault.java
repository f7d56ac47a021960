package dev.lungo.metal.core;

import dev.lungo.metal.ExitPath;

/**
 * A fault in the hypervisor itself: an error of ours, which is reported and stops the processor.
 */
public final class HostFault {
    private static final byte[] FAULT = Log.text("the hypervisor has an error: exception ");
    private static final byte[] AT = Log.text(" at RIP ");
    private static final byte[] IMAGE = Log.text(", image at ");
    private static final byte[] CR2 = Log.text(", CR2 ");

    private HostFault() {}

    /** The stub's frame: vector, error code, RIP. */
    @ExitPath
    public static void report(long frame) {
        Log.begin(FAULT);
        Log.hex(Bare.get64(frame));
        Log.put(AT);
        Log.hex(Bare.get64(frame + 16));
        Log.put(IMAGE);
        Log.hex(Lungo.rangeStart());
        Log.put(CR2);
        Log.hex(Bare.getCr2());
        Log.end();
        Bare.stop();
    }
}
