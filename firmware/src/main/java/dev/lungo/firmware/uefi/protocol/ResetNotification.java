package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.GuestCalls;
import java.util.ArrayList;
import java.util.List;

/**
 * EFI_RESET_NOTIFICATION_PROTOCOL: functions that are called before ResetSystem() does anything.
 * UEFI 2.10, "Reset Notification Protocol" (38.2).
 */
public final class ResetNotification {
    private static final Guid GUID = Guid.parse("9da34ae0-eaf9-4bbf-8ec3-fd60226c44be");

    private static final int MOST_FUNCTIONS = 64;

    private enum Member {
        RegisterResetNotify,
        UnregisterResetNotify
    }

    private final GuestCalls calls;
    private final List<Long> functions = new ArrayList<>();

    public ResetNotification(Protocols protocols, long handle, GuestCalls calls) {
        this.calls = calls;
        long[] members =
                protocols.members("EFI_RESET_NOTIFICATION_PROTOCOL", Member.values(), this::call);
        ByteWriter out = Protocols.pointers(new ByteWriter(), members);
        protocols.install(handle, GUID, protocols.place(out));
    }

    private long call(Member member, Call call) {
        long function = call.argument(1);
        if (function == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return switch (member) {
            case RegisterResetNotify -> {
                if (functions.contains(function)) {
                    yield EfiStatus.ALREADY_STARTED;
                }
                if (functions.size() >= MOST_FUNCTIONS) {
                    yield EfiStatus.OUT_OF_RESOURCES;
                }
                functions.add(function);
                yield EfiStatus.SUCCESS;
            }
            case UnregisterResetNotify ->
                    functions.remove(function) ? EfiStatus.SUCCESS : EfiStatus.INVALID_PARAMETER;
        };
    }

    /** Calls them all, with the arguments of ResetSystem(). */
    public void tell(Call call) {
        for (long function : new ArrayList<>(functions)) {
            calls.call(
                    function,
                    call.argument(0),
                    call.argument(1),
                    call.argument(2),
                    call.argument(3));
        }
    }
}
