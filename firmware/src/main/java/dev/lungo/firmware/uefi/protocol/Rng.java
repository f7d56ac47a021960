package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import java.util.function.Consumer;

/** EFI_RNG_PROTOCOL: the host's random numbers. UEFI 2.10, "Random Number Generator" (37.5). */
public final class Rng {
    private static final Guid GUID = Guid.parse("3152bca5-eade-433d-862e-c01cdc291f44");

    /** EFI_RNG_ALGORITHM_RAW: they are not ours to say how they are made. */
    private static final Guid RAW = Guid.parse("e43176d7-b6e8-4827-b784-7ffdc4b68561");

    private static final int MOST_BYTES = 1 << 20;

    private enum Member {
        GetInfo,
        GetRNG
    }

    private final Consumer<byte[]> entropy;

    private Rng(Consumer<byte[]> entropy) {
        this.entropy = entropy;
    }

    /**
     * Installs it.
     *
     * @param entropy fills an array with random bytes
     */
    public static void install(Protocols protocols, long handle, Consumer<byte[]> entropy) {
        Rng self = new Rng(entropy);
        long[] members = protocols.members("EFI_RNG_PROTOCOL", Member.values(), self::call);
        ByteWriter out = Protocols.pointers(new ByteWriter(), members);
        protocols.install(handle, GUID, protocols.place(out));
    }

    private long call(Member member, Call call) {
        return switch (member) {
            case GetInfo -> getInfo(call);
            case GetRNG -> getRng(call);
        };
    }

    private static long getInfo(Call call) {
        long room = call.memory().getLong(call.argument(1));
        call.memory().putLong(call.argument(1), Guid.BYTES);
        if (Long.compareUnsigned(room, Guid.BYTES) < 0) {
            return EfiStatus.BUFFER_TOO_SMALL;
        }
        call.memory().putGuid(call.argument(2), RAW);
        return EfiStatus.SUCCESS;
    }

    private long getRng(Call call) {
        long size = call.argument(2);
        if (size <= 0 || size > MOST_BYTES || call.argument(3) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (call.argument(1) != 0 && !call.memory().guid(call.argument(1)).equals(RAW)) {
            return EfiStatus.UNSUPPORTED;
        }
        call.memory().require(call.argument(3), size);
        byte[] bytes = new byte[(int) size];
        entropy.accept(bytes);
        call.memory().write(call.argument(3), bytes);
        return EfiStatus.SUCCESS;
    }
}
