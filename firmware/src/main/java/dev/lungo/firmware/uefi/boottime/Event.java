package dev.lungo.firmware.uefi.boottime;

import dev.lungo.boot.Guid;
import org.jspecify.annotations.Nullable;

/** What CreateEventEx() has made. UEFI 2.10, "Event, Timer, and Task Priority Services" (7.1). */
public final class Event {
    // spotless:off
    public static final int TIMER         = 0x8000_0000;
    public static final int RUNTIME       = 0x4000_0000;
    public static final int NOTIFY_WAIT   = 0x0000_0100;
    public static final int NOTIFY_SIGNAL = 0x0000_0200;
    public static final int SIGNAL_EXIT_BOOT_SERVICES     = 0x0000_0201;
    public static final int SIGNAL_VIRTUAL_ADDRESS_CHANGE = 0x6000_0202;
    // spotless:on

    public static final Guid GROUP_EXIT_BOOT_SERVICES =
            Guid.parse("27abf055-b1b8-4c26-8048-748f37baa2df");
    public static final Guid GROUP_BEFORE_EXIT_BOOT_SERVICES =
            Guid.parse("8be0e274-3970-4b44-80c5-1ab9502f3bfc");
    public static final Guid GROUP_VIRTUAL_ADDRESS_CHANGE =
            Guid.parse("13fa7698-c831-49c7-87ea-8f43fcc25196");
    public static final Guid GROUP_MEMORY_MAP_CHANGE =
            Guid.parse("78bee926-692f-48fd-9edb-01422ef0f104");
    public static final Guid GROUP_READY_TO_BOOT =
            Guid.parse("7ce88fb3-4bd7-4679-87a8-a8d8dee50d2b");
    public static final Guid GROUP_AFTER_READY_TO_BOOT =
            Guid.parse("3a2a00ad-98b9-4cdf-a478-702777f1c10b");
    public static final Guid GROUP_RESET_SYSTEM =
            Guid.parse("62da6a56-13fb-485a-a8da-a3dd7912cb6b");

    /** No time at which a timer fires. */
    static final long NEVER = Long.MAX_VALUE;

    final int type;
    final int notifyTpl;

    /** The guest's notification function, guest-linear, or 0. */
    long function;

    long context;
    final @Nullable Guid group;

    /** What the firmware does in place of a function of the guest's. */
    final Runnable inside;

    /** What the guest knows it by. */
    long id;

    boolean signalled;
    boolean queued;

    /** When it fires, in nanoseconds of the machine's clock. */
    long deadline = NEVER;

    /** 0 for a timer that fires once. */
    long periodNanos;

    Event(
            int type,
            int notifyTpl,
            long function,
            long context,
            @Nullable Guid group,
            Runnable inside) {
        this.type = type;
        this.notifyTpl = notifyTpl;
        this.function = function;
        this.context = context;
        this.group = group;
        this.inside = inside;
    }

    boolean isNotifyWait() {
        return (type & NOTIFY_WAIT) != 0;
    }

    boolean isNotifySignal() {
        return (type & NOTIFY_SIGNAL) != 0;
    }

    boolean isTimer() {
        return (type & TIMER) != 0;
    }
}
