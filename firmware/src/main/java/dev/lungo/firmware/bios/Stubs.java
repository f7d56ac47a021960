package dev.lungo.firmware.bios;

import dev.lungo.machine.VmExit;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The code in the BIOS segment. A service's is
 *
 * <pre>
 * ask:  out 0B4h, al
 *       iret
 * wait: sti
 *       hlt
 * spin: jmp ask
 * </pre>
 *
 * where the answer is given behind the OUT, by whoever knows which OUT it was. A service that has
 * to wait sends its caller to {@code wait} or {@code spin}.
 */
final class Stubs {
    private static final int WAIT = 3;
    private static final int SPIN = 5;

    /**
     * One OUT.
     *
     * @param vector of the interrupt, for people; {@link #NO_VECTOR} if there is none
     * @param start offset of the code
     * @param byInterrupt whether the flags to answer in are on the stack
     */
    record Stub(int vector, int start, boolean byInterrupt, Service service) {
        /** Where to wait for an interrupt, or for nothing. */
        int wait(boolean halted) {
            return start + (halted ? WAIT : SPIN);
        }
    }

    static final int NO_VECTOR = -1;

    private final SafeMemory memory;

    /** By the linear address behind the OUT. */
    private final Map<Long, Stub> stubs = new HashMap<>();

    private int next = Layout.CODE;

    Stubs(SafeMemory memory) {
        this.memory = memory;
    }

    void clear() {
        stubs.clear();
        next = Layout.CODE;
    }

    @Nullable Stub at(long linear) {
        return stubs.get(linear);
    }

    /** An interrupt whose functions are Java. */
    void service(int vector, Service service) {
        int start = code(0xE6, VmExit.ServiceCall.PORT, 0xCF, 0xFB, 0xF4, 0xEB, -7);
        put(start + 2, new Stub(vector, start, true, service));
        vector(vector, start);
    }

    /** An interrupt of hardware's, whose handler needs more than an OUT: `trap` bytes before it. */
    void handler(int vector, Service service, int outAt, int... code) {
        int start = code(code);
        put(start + outAt + 2, new Stub(vector, start, false, service));
        vector(vector, start);
    }

    /** An interrupt that code alone handles. */
    void handler(int vector, int... code) {
        vector(vector, code(code));
    }

    /** A procedure that is called by a far CALL: its offset. */
    int procedure(Service service) {
        int start = code(0xE6, VmExit.ServiceCall.PORT, 0xCB);
        put(start + 2, new Stub(NO_VECTOR, start, false, service));
        return start;
    }

    /** Code at a place that it has to have. */
    void fixed(int offset, Service service) {
        write(offset, 0xE6, VmExit.ServiceCall.PORT, 0xF4);
        put(offset + 2, new Stub(NO_VECTOR, offset, false, service));
    }

    void vector(int vector, int offset) {
        vector(vector, Layout.SEGMENT, offset);
    }

    void vector(int vector, int segment, int offset) {
        memory.u32(4L * vector, segment << 16 | offset);
    }

    void write(int offset, int... bytes) {
        for (int i = 0; i < bytes.length; i++) {
            memory.u8(Layout.BASE + offset + i, bytes[i]);
        }
    }

    private int code(int... bytes) {
        int start = next;
        write(start, bytes);
        next += bytes.length;
        return start;
    }

    private void put(int behind, Stub stub) {
        stubs.put(Layout.BASE + behind, stub);
    }
}
