package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.machine.Clock;

/**
 * EFI_TIMESTAMP_PROTOCOL: the machine's clock, in nanoseconds. UEFI 2.10, "EFI Timestamp Protocol"
 * (38.1).
 */
public final class Timestamp {
    private static final Guid GUID = Guid.parse("afbfde41-2e6e-4262-ba65-62b9236e5495");

    private static final long FREQUENCY = 1_000_000_000;

    private enum Member {
        GetTimestamp,
        GetProperties
    }

    private Timestamp() {}

    public static void install(Protocols protocols, long handle, Clock clock) {
        long[] members =
                protocols.members(
                        "EFI_TIMESTAMP_PROTOCOL",
                        Member.values(),
                        (member, call) -> call(member, call, clock));
        ByteWriter out = Protocols.pointers(new ByteWriter(), members);
        protocols.install(handle, GUID, protocols.place(out));
    }

    private static long call(Member member, Call call, Clock clock) {
        return switch (member) {
            case GetTimestamp -> clock.nanos();
            case GetProperties -> {
                if (call.argument(0) == 0) {
                    yield EfiStatus.INVALID_PARAMETER;
                }
                call.memory().putLong(call.argument(0), FREQUENCY);
                call.memory().putLong(call.argument(0) + 8, Long.MAX_VALUE);
                yield EfiStatus.SUCCESS;
            }
        };
    }
}
