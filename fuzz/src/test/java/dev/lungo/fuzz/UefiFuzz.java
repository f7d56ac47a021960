package dev.lungo.fuzz;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.boot.BootException;
import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.Little;
import dev.lungo.firmware.bios.ArrayDisk;
import dev.lungo.firmware.uefi.Rig;
import dev.lungo.firmware.uefi.boottime.BootService;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any program that calls boot services, run time services and members of protocols, with arguments
 * that are often what they should be: handles, interfaces, GUIDs, functions, places in memory. One
 * disk is the program's own, and while that is read, the call under way is made once more.
 *
 * <p>An input is calls of so many bytes: two for the function, one that is odd if the first
 * argument is the function's own interface, one for which of these, six for the kinds of the
 * arguments, two that are not used, and four for each argument.
 */
class UefiFuzz {
    private static final int CALL_BYTES = 36;
    private static final int MOST_CALLS = 48;
    private static final int ARGUMENTS = 6;
    private static final int SCRATCH_MASK = 0x3FF8;
    private static final long GUIDS = Rig.SCRATCH + 0x8000;
    private static final long OUT = Rig.SCRATCH + 0x4000;
    private static final int INTERFACE_BYTES = 0xC0;
    private static final int DISK_BYTES = 1 << 20;
    private static final Guid BLOCK_IO = Guid.parse("964e5b21-6459-11d2-8e39-00a0c969723b");
    private static final long BLOCK_IO_AT = Rig.SCRATCH + 0x3F00;
    private static final long MEDIA_AT = Rig.SCRATCH + 0x3F80;

    /** What the guest finds. */
    private static final class Found {
        final Rig rig;
        final List<Long> functions;
        final List<Long> handles;
        final List<Long> interfaces = new ArrayList<>();
        final long callback;
        int guids;

        /** What is done when the program's disk is read. */
        Runnable whileReading = () -> {};

        private boolean reads;

        Found() {
            byte[] volume = VolumeFuzz.fat(true);
            ArrayDisk disk = new ArrayDisk(DISK_BYTES);
            System.arraycopy(volume, 0, disk.content, 0, Math.min(volume.length, DISK_BYTES));
            rig = new Rig(disk);
            functions = rig.allFunctions();
            installDisk(volume);
            handles = list(rig.boot(BootService.LocateHandleBuffer, 0, 0, 0, OUT, OUT + 8));
            callback = rig.function(_ -> 0);
            for (long handle : handles) {
                for (long guid :
                        list(rig.boot(BootService.ProtocolsPerHandle, handle, OUT + 8, OUT))) {
                    rig.boot(BootService.HandleProtocol, handle, guid, OUT);
                    interfaces.add(rig.memory.getLong(OUT));
                    rig.memory.putLong(GUIDS + 16L * guids, rig.memory.getLong(guid));
                    rig.memory.putLong(GUIDS + 16L * guids + 8, rig.memory.getLong(guid + 8));
                    guids++;
                }
            }
        }

        /** Where calls write, so that what it says of itself changes. */
        private void installDisk(byte[] volume) {
            rig.memory.putLong(BLOCK_IO_AT + 8, MEDIA_AT);
            rig.memory.putLong(BLOCK_IO_AT + 24, rig.function(_ -> readDisk(volume)));
            rig.memory.putLong(BLOCK_IO_AT + 32, rig.function(_ -> 0));
            rig.memory.putLong(BLOCK_IO_AT + 40, rig.function(_ -> 0));
            rig.memory.putInt(MEDIA_AT, 1);
            rig.memory.putInt(MEDIA_AT + 4, 0x100); // there is a medium
            rig.memory.putInt(MEDIA_AT + 12, 512);
            rig.memory.putLong(MEDIA_AT + 24, DISK_BYTES / 512 - 1);
            rig.memory.putLong(OUT, 0);
            rig.memory.write(GUIDS, BLOCK_IO.toBytes());
            rig.boot(BootService.InstallProtocolInterface, OUT, GUIDS, 0, BLOCK_IO_AT);
            rig.boot(BootService.ConnectController, rig.memory.getLong(OUT), 0, 0, 1);
        }

        private long readDisk(byte[] volume) {
            long from = rig.argument(2) * 512;
            int bytes = (int) rig.argument(3);
            long to = rig.argument(4);
            if (from < 0 || from >= volume.length || !rig.memory.contains(to, bytes)) {
                return 0; // whatever was in the buffer
            }
            int count = Math.min(bytes, volume.length - (int) from);
            rig.memory.write(to, Arrays.copyOfRange(volume, (int) from, (int) from + count));
            if (!reads) {
                reads = true;
                whileReading.run();
                reads = false;
            }
            return 0;
        }

        private List<Long> list(long status) {
            List<Long> values = new ArrayList<>();
            for (int i = 0; status == 0 && i < rig.memory.getLong(OUT); i++) {
                values.add(rig.memory.getLong(rig.memory.getLong(OUT + 8) + 8L * i));
            }
            return values;
        }

        /** An interface that has this function among its members, or any. */
        long interfaceOf(long function, int which) {
            List<Long> own = new ArrayList<>();
            for (long each : interfaces) {
                for (long at = each; at < each + INTERFACE_BYTES; at += 8) {
                    if (rig.memory.contains(at, 8) && rig.memory.getLong(at) == function) {
                        own.add(each);
                        break;
                    }
                }
            }
            return pick(own.isEmpty() ? interfaces : own, which);
        }

        long argument(int kind, int value) {
            return switch (kind & 7) {
                case 0 -> 0;
                case 1 -> Rig.SCRATCH + (value & SCRATCH_MASK);
                case 2 -> pick(handles, value);
                case 3 -> GUIDS + 16L * Math.floorMod(value, guids);
                case 4 -> value & 0xFF;
                case 5 -> pick(interfaces, value);
                case 6 -> callback;
                default -> (long) value << (kind >> 3 & 31);
            };
        }

        private static long pick(List<Long> from, int which) {
            return from.get(Math.floorMod(which, from.size()));
        }
    }

    @MethodSource("seeds")
    @FuzzTest
    void everyCallIsAnswered(byte[] input) {
        Found found = new Found();
        try {
            for (int at = 0;
                    at + CALL_BYTES <= input.length && at < CALL_BYTES * MOST_CALLS;
                    at += CALL_BYTES) {
                call(found, Arrays.copyOfRange(input, at, at + CALL_BYTES));
            }
        } catch (Rig.Endless | BootException e) {
            // it waits for what the guest could still do, or there is nothing left to start
        }
    }

    private static void call(Found found, byte[] call) {
        long function = found.functions.get(Little.u16(call, 0) % found.functions.size());
        long[] arguments = new long[ARGUMENTS];
        for (int i = 0; i < ARGUMENTS; i++) {
            int value = (int) Little.u32(call, 12 + 4 * i);
            arguments[i] = found.argument(call[4 + i], value);
            // What a pointer leads to is often the next argument.
            long next = i == 0 ? value : arguments[i - 1];
            found.rig.memory.putLong(Rig.SCRATCH + (value & SCRATCH_MASK), next);
        }
        if ((call[2] & 1) != 0) {
            arguments[0] = found.interfaceOf(function, call[3]);
        }
        found.whileReading = () -> found.rig.call(function, arguments);
        found.rig.call(function, arguments);
    }

    @Test
    void randomCallsAreAnswered() {
        SeededInputs.made(150, UefiFuzz::randomCalls, this::everyCallIsAnswered);
    }

    private static byte[] randomCalls(Random random) {
        byte[] input = new byte[CALL_BYTES * MOST_CALLS];
        random.nextBytes(input);
        return input;
    }

    static List<byte[]> seeds() {
        return SeededInputs.first(10, UefiFuzz::randomCalls);
    }
}
