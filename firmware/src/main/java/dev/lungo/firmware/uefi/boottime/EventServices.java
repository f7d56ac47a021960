package dev.lungo.firmware.uefi.boottime;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.GuestCalls;
import dev.lungo.machine.Timers;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Events, timers and task priority levels. UEFI 2.10, "Event, Timer, and Task Priority Services"
 * (7.1).
 *
 * <p>A notification function is called in the middle of whichever service finds the level low
 * enough; if a timer is due while the guest computes, the guest is interrupted for it.
 */
public final class EventServices {
    /** As many events as there may be, so that no guest makes these grow without end. */
    private static final int MOST_EVENTS = 1 << 14;

    private static final int LEVELS = Tpl.HIGH_LEVEL + 1;
    private static final long NANOS_PER_UNIT = 100;
    private static final long TICK_NANOS = 10_000_000;

    // SetTimer()
    private static final int TIMER_CANCEL = 0;
    private static final int TIMER_PERIODIC = 1;
    private static final int TIMER_RELATIVE = 2;

    private final Timers.Timer alarm;
    private final Timers timers;
    private final GuestCalls calls;
    private final Pool pool;

    /** By what the guest knows them by, in the order of their creation. */
    private final TreeMap<Long, Event> events = new TreeMap<>();

    /** What waits for its notification function, by level; first come, first served. */
    private final List<ArrayDeque<Event>> queues = new ArrayList<>();

    private int tpl = Tpl.APPLICATION;

    public EventServices(Timers timers, GuestCalls calls, Pool pool) {
        this.timers = timers;
        this.calls = calls;
        this.pool = pool;
        alarm = timers.create(this, this::interrupt);
        for (int i = 0; i < LEVELS; i++) {
            queues.add(new ArrayDeque<>());
        }
        rearm();
    }

    /** No timer fires any more. */
    public void stop() {
        alarm.cancel();
        events.values().forEach(event -> event.deadline = Event.NEVER);
    }

    public int tpl() {
        return tpl;
    }

    // ---- Levels

    public long raiseTpl(Call call) {
        int old = tpl;
        tpl = Math.clamp(call.argument(0), tpl, Tpl.HIGH_LEVEL);
        return old;
    }

    public long restoreTpl(Call call) {
        tpl = Math.clamp(call.argument(0), Tpl.APPLICATION, tpl);
        dispatch();
        return EfiStatus.SUCCESS;
    }

    /** An image is left that had raised the level. */
    void returnTo(int level) {
        tpl = level;
    }

    // ---- Events

    public long createEvent(Call call) {
        return create(call, null, call.argument(4));
    }

    public long createEventEx(Call call) {
        long group = call.argument(4);
        int type = call.int32(0);
        boolean reserved =
                type == Event.SIGNAL_EXIT_BOOT_SERVICES
                        || type == Event.SIGNAL_VIRTUAL_ADDRESS_CHANGE;
        if (group != 0 && reserved) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return create(call, group == 0 ? null : call.memory().guid(group), call.argument(5));
    }

    private long create(Call call, @Nullable Guid named, long result) {
        int type = call.int32(0);
        Guid group =
                switch (type) {
                    case Event.SIGNAL_EXIT_BOOT_SERVICES -> Event.GROUP_EXIT_BOOT_SERVICES;
                    case Event.SIGNAL_VIRTUAL_ADDRESS_CHANGE -> Event.GROUP_VIRTUAL_ADDRESS_CHANGE;
                    default -> named;
                };
        boolean notifies = (type & (Event.NOTIFY_WAIT | Event.NOTIFY_SIGNAL)) != 0;
        long level = call.argument(1);
        long function = call.argument(2);
        if (result == 0 || !isType(type)) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (notifies && (function == 0 || !isNotifyLevel(level))) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().require(result, 8);
        long id = add(type, notifies ? (int) level : 0, function, call.argument(3), group);
        if (id < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        call.memory().putLong(result, id);
        return EfiStatus.SUCCESS;
    }

    private static boolean isType(int type) {
        if (type == Event.SIGNAL_EXIT_BOOT_SERVICES
                || type == Event.SIGNAL_VIRTUAL_ADDRESS_CHANGE) {
            return true;
        }
        int known = Event.TIMER | Event.RUNTIME | Event.NOTIFY_WAIT | Event.NOTIFY_SIGNAL;
        int both = Event.NOTIFY_WAIT | Event.NOTIFY_SIGNAL;
        return (type & ~known) == 0 && (type & both) != both;
    }

    private static boolean isNotifyLevel(long level) {
        return level > Tpl.APPLICATION && level < Tpl.HIGH_LEVEL;
    }

    private long add(int type, int level, long function, long context, @Nullable Guid group) {
        return add(new Event(type, level, function, context, group, () -> {}));
    }

    private long add(Event event) {
        if (events.size() >= MOST_EVENTS) {
            return -1;
        }
        int kind =
                (event.type & Event.RUNTIME) != 0
                        ? MemoryType.RUNTIME_SERVICES_DATA
                        : MemoryType.BOOT_SERVICES_DATA;
        long id = pool.allocate(kind, 1);
        if (id >= 0) {
            event.id = id;
            events.put(id, event);
        }
        return id;
    }

    /**
     * An event of the firmware's own that is signalled when something holds that is looked at
     * whenever somebody waits for it.
     *
     * @return what the guest knows it by
     */
    public long createWaitable(BooleanSupplier holds) {
        Event[] self = new Event[1];
        self[0] =
                new Event(
                        Event.NOTIFY_WAIT,
                        Tpl.CALLBACK,
                        0,
                        0,
                        null,
                        () -> self[0].signalled |= holds.getAsBoolean());
        return add(self[0]);
    }

    /**
     * A timer of the firmware's own, which is not set yet.
     *
     * @param action is done at {@link Tpl#NOTIFY} when it fires
     */
    public long createTimer(Runnable action) {
        return add(new Event(Event.TIMER | Event.NOTIFY_SIGNAL, Tpl.NOTIFY, 0, 0, null, action));
    }

    /** Has a timer fire every so many units of 100 ns, or, with 0, not any more. */
    public void setPeriod(long id, long units) {
        Event event = events.get(id);
        if (event != null) {
            setTimer(event, units == 0 ? TIMER_CANCEL : TIMER_PERIODIC, units);
        }
    }

    public long closeEvent(Call call) {
        Event event = events.remove(call.argument(0));
        if (event == null) {
            return EfiStatus.INVALID_PARAMETER;
        }
        queues.get(event.notifyTpl).remove(event);
        pool.free(call.argument(0));
        rearm();
        return EfiStatus.SUCCESS;
    }

    public long signalEvent(Call call) {
        Event event = events.get(call.argument(0));
        if (event == null) {
            return EfiStatus.INVALID_PARAMETER;
        }
        signal(event);
        dispatch();
        return EfiStatus.SUCCESS;
    }

    /** Signals what the guest knows by this, if it still does. */
    public void signal(long id) {
        Event event = events.get(id);
        if (event != null) {
            signal(event);
        }
    }

    public boolean exists(long id) {
        return events.containsKey(id);
    }

    /** Signals all of a group, and has their functions called as far as the level allows. */
    public void signalGroup(Guid group) {
        for (Event event : new ArrayList<>(events.values())) {
            if (group.equals(event.group)) {
                signalOne(event);
            }
        }
        dispatch();
    }

    private void signal(Event event) {
        if (event.signalled) {
            return;
        }
        if (event.group != null) {
            Guid group = event.group;
            for (Event other : events.values()) {
                if (group.equals(other.group)) {
                    signalOne(other);
                }
            }
        } else {
            signalOne(event);
        }
    }

    private void signalOne(Event event) {
        if (!event.signalled) {
            event.signalled = true;
            if (event.isNotifySignal()) {
                enqueue(event);
            }
        }
    }

    private void enqueue(Event event) {
        if (!event.queued) {
            event.queued = true;
            queues.get(event.notifyTpl).add(event);
        }
    }

    public long checkEvent(Call call) {
        Event event = events.get(call.argument(0));
        if (event == null || event.isNotifySignal()) {
            return EfiStatus.INVALID_PARAMETER;
        }
        return take(event) ? EfiStatus.SUCCESS : EfiStatus.NOT_READY;
    }

    /** Whether it is signalled, which it is no longer then. */
    private boolean take(Event event) {
        expire();
        if (!event.signalled && event.isNotifyWait()) {
            enqueue(event);
            dispatch();
        }
        boolean was = event.signalled;
        event.signalled = false;
        return was;
    }

    public long waitForEvent(Call call) {
        long count = call.argument(0);
        long list = call.argument(1);
        long index = call.argument(2);
        if (count <= 0 || count > MOST_EVENTS || list == 0 || index == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (tpl != Tpl.APPLICATION) {
            return EfiStatus.UNSUPPORTED;
        }
        while (true) {
            for (int i = 0; i < count; i++) {
                Event event = events.get(call.memory().getLong(list + 8L * i));
                if (event == null || event.isNotifySignal()) {
                    call.memory().putLong(index, i);
                    return EfiStatus.INVALID_PARAMETER;
                }
                if (take(event)) {
                    call.memory().putLong(index, i);
                    return EfiStatus.SUCCESS;
                }
            }
            sleepUntil(Math.min(nextDeadline(), now() + TICK_NANOS));
        }
    }

    /** Lets time pass, with notification functions called as they become due. */
    public void stall(long nanos) {
        long end = now() + nanos;
        while (now() < end) {
            sleepUntil(Math.min(end, nextDeadline()));
            expire();
            dispatch();
        }
    }

    private void sleepUntil(long nanos) {
        boolean[] over = new boolean[1];
        Timers.Timer timer = timers.create(over, () -> over[0] = true);
        synchronized (over) {
            timer.at(nanos);
        }
        calls.idle(() -> over[0] || now() >= nanos);
        synchronized (over) {
            timer.cancel();
        }
    }

    private long now() {
        return timers.clock().nanos();
    }

    // ---- Timers

    public long setTimer(Call call) {
        Event event = events.get(call.argument(0));
        int type = call.int32(1);
        if (event == null || !event.isTimer() || type < TIMER_CANCEL || type > TIMER_RELATIVE) {
            return EfiStatus.INVALID_PARAMETER;
        }
        setTimer(event, type, call.argument(2));
        return EfiStatus.SUCCESS;
    }

    private void setTimer(Event event, int type, long units) {
        event.deadline = Event.NEVER;
        event.periodNanos = 0;
        if (type != TIMER_CANCEL) {
            boolean far = units < 0 || units > Long.MAX_VALUE / 4 / NANOS_PER_UNIT;
            long nanos = far ? Long.MAX_VALUE / 4 : units * NANOS_PER_UNIT;
            event.deadline = now() + nanos;
            event.periodNanos = type == TIMER_PERIODIC ? Math.max(nanos, TICK_NANOS / 10) : 0;
        }
        rearm();
    }

    private long nextDeadline() {
        long next = Event.NEVER;
        for (Event event : events.values()) {
            next = Math.min(next, event.deadline);
        }
        return next;
    }

    /** At the next tick at the latest, for a guest that waits for interrupts. */
    private void rearm() {
        synchronized (this) {
            alarm.at(Math.min(nextDeadline(), now() + TICK_NANOS));
        }
    }

    /** Signals the timers that are due. */
    private void expire() {
        long now = now();
        if (nextDeadline() > now) {
            return;
        }
        for (Event event : events.values()) {
            if (event.deadline <= now) {
                event.deadline =
                        event.periodNanos == 0
                                ? Event.NEVER
                                : Math.max(now + 1, event.deadline + event.periodNanos);
                signal(event);
            }
        }
        rearm();
    }

    // ---- Notification

    /**
     * The alarm: while the guest computes it is interrupted, if functions wait and it lets itself
     * be; and if it has halted, it goes on.
     */
    private void interrupt() {
        expire();
        if (!hasPending() || !calls.interrupt()) {
            calls.wake();
        }
        rearm();
    }

    private boolean hasPending() {
        for (int level = LEVELS - 1; level > tpl; level--) {
            if (!queues.get(level).isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** Calls the functions that wait, as far as they are above the level; the highest first. */
    public void dispatch() {
        expire();
        for (int level = LEVELS - 1; level > tpl; level--) {
            while (!queues.get(level).isEmpty()) {
                notify(queues.get(level).remove());
            }
        }
    }

    private void notify(Event event) {
        int before = tpl;
        tpl = event.notifyTpl;
        event.queued = false;
        if (event.isNotifySignal()) {
            event.signalled = false;
        }
        event.inside.run();
        if (event.function != 0) {
            calls.call(event.function, event.id, event.context);
        }
        tpl = before;
    }
}
