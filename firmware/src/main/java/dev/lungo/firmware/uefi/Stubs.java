package dev.lungo.firmware.uefi;

import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.VmExit.ServiceCall;
import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The guest's side of services: for each function two instructions that do not care where they are.
 * Which was called is known by where it is in guest-physical memory, so it does not matter where an
 * operating system maps it.
 */
public final class Stubs {
    /** {@code out 0B4h, al; ret; int3}. */
    private static final int STUB_BYTES = 4;

    private static final int OUT_BYTES = 2;

    /**
     * A function of the firmware's.
     *
     * @param table whose function it is: the specification's name, as is the function's
     */
    public record Function(String table, String name, ToLongFunction<Call> service) {
        String fullName() {
            return table + "." + name;
        }
    }

    private final GuestMemory memory;
    private long next;
    private final long end;
    private final Map<Long, Function> functions = new HashMap<>();

    /**
     * @param base guest-physical
     * @param bytes of memory for code
     */
    public Stubs(GuestMemory memory, long base, long bytes) {
        this.memory = memory;
        next = base;
        end = base + bytes;
    }

    /** Makes a function for each slot; returns where they are, in the order of the slots. */
    public <S extends Enum<S>> long[] add(String table, S[] slots, Service<S> service) {
        long[] at = new long[slots.length];
        for (int i = 0; i < slots.length; i++) {
            S slot = slots[i];
            at[i] = add(new Function(table, slot.name(), call -> service.call(slot, call)));
        }
        return at;
    }

    private long add(Function function) {
        byte[] code = {(byte) 0xE6, (byte) ServiceCall.PORT, (byte) 0xC3, (byte) 0xCC};
        long at = place(code, STUB_BYTES);
        functions.put(at + OUT_BYTES, function);
        return at;
    }

    /** Places other code. Where that calls the firmware, is its maker's affair. */
    long place(byte[] code, int align) {
        long at = (next + align - 1) & -align;
        if (at + code.length > end) {
            throw new IllegalStateException("no room for another stub");
        }
        memory.write(at, code);
        next = at + code.length;
        return at;
    }

    /**
     * The function whose OUT was executed.
     *
     * @param behindOut guest-physical
     */
    @Nullable Function at(long behindOut) {
        return functions.get(behindOut);
    }
}
