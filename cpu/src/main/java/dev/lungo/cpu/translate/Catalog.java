package dev.lungo.cpu.translate;

import dev.lungo.host.Raw;

/**
 * What has been translated, by content: enough of each unit to find its translation again when the
 * same guest code is met in another run. Off the heap, in a form that can be kept in a file.
 *
 * <pre>
 * buckets     an int each: the first record, or 0
 * records     ints: the next record of the bucket, or 0; the unit's entry, in bytes from the
 *             beginning of code memory; where its dead entry is, from there; its key; guest bytes;
 *             the number of its first exit; exits; moving fields; the first eight bytes of its code
 *             then the guest bytes, filled up to a multiple of 4
 *             then two ints for each exit: kind and start; where it resumes, from the entry
 *             then two ints for each moving field and each place of its value: where it is in the
 *             guest's code; where its value is in the host's, from the entry, or 0 if nowhere
 * </pre>
 *
 * The key of a unit is its mode, its place on the page and whether it uses vector registers, the
 * FPU and the next page. A record is in the bucket of its key and of so many first bytes as cannot
 * move.
 */
final class Catalog {
    static final int BYTES = 32 << 20;

    private static final int BUCKETS = 1 << 16;
    private static final int FIRST = 4 * BUCKETS;

    private static final int NEXT = 0;
    private static final int ENTRY = 4;
    private static final int DEAD_ENTRY = 8;
    private static final int KEY = 12;
    private static final int GUEST_BYTES = 16;
    private static final int FIRST_EXIT = 20;
    private static final int EXITS = 24;
    private static final int PLACES = 28;
    private static final int CODE = 32;
    private static final int HEAD_BYTES = 40;
    private static final int EXIT_BYTES = 8;
    private static final int PLACE_BYTES = 8;

    private static final int PAGE_OFFSET_SHIFT = 16;
    private static final int VECTORS = 1 << 31;
    private static final int FPU = 1 << 30;
    private static final int CROSSES = 1 << 29;
    private static final int NOT_IN_KEY = VECTORS | FPU | CROSSES;
    private static final int START_SHIFT = 3;
    private static final int PAGE = 4096;

    /** A host address. */
    private final long base;

    private int used = FIRST;

    /** Where records of this run begin; those before came from a file. */
    private int own = FIRST;

    // Units of this run: those from the file, and others.
    private int taken;
    private int added;

    /**
     * @param base the host address of {@link #BYTES} zeros
     */
    Catalog(long base) {
        this.base = base;
    }

    long address() {
        return base;
    }

    /** How much of it is in use. */
    int bytes() {
        return used;
    }

    /**
     * Whether there is much here that the file has not. Some always is, since a kernel that moves
     * itself about in memory has other addresses in its code each time.
     */
    boolean isWorthKeeping() {

        return added > taken / 4;
    }

    /** So many bytes have been put here from a file. */
    void loaded(int bytes) {
        used = bytes;
        own = bytes;
    }

    void clear() {
        Raw.fill(base, FIRST, (byte) 0);
        used = FIRST;
        own = FIRST;
        taken = 0;
        added = 0;
    }

    private static int key(long physical, int mode) {
        return mode | (int) (physical & PAGE - 1) << PAGE_OFFSET_SHIFT;
    }

    /** By the first 16, 8 or 1 bytes of the guest's code. */
    private static int hash(long host, int key, int bytes) {
        long first = bytes == 1 ? Raw.getByte(host) : Raw.getLong(host);
        long more = bytes == 16 ? Raw.getLong(host + 8) : bytes;
        long mixed = (first ^ key) * 0x9E37_79B9_7F4A_7C15L + more * 0xC2B2_AE3D_27D4_EB4FL;
        return (int) ((mixed ^ mixed >>> 29) * 0x9E37_79B9_7F4A_7C15L >>> 48);
    }

    private static int hashed(int guestBytes, int firstMoving) {
        int fixed = Math.min(guestBytes, firstMoving);
        return fixed >= 16 ? 16 : fixed >= 8 ? 8 : 1;
    }

    /**
     * Keeps a unit that has just been made, if there is room.
     *
     * @param guest what it was made of; memory may hold something else by now
     * @param firstExit its own are those from there on
     */
    void add(
            Unit unit,
            byte[] guest,
            long codeBase,
            ExitTable exits,
            int firstExit,
            MovingFields moving,
            HostCode code) {
        int guestBytes = unit.bytes();
        int count = exits.next() - firstExit;
        int most = HEAD_BYTES + guestBytes + 3 + EXIT_BYTES * count;
        if (used + most + PLACE_BYTES * (moving.count() + code.places()) > BYTES) {
            return;
        }
        int key = key(unit.physical, unit.mode);
        int firstMoving = moving.count() == 0 ? guestBytes : moving.offset(0);
        long at = base + used;
        Raw.write(at + HEAD_BYTES, guest, 0, guestBytes);
        int hashed = hashed(guestBytes, firstMoving);
        long bucket = base + 4L * hash(at + HEAD_BYTES, key, hashed);
        Raw.putInt(at + NEXT, Raw.getInt(bucket));
        Raw.putInt(at + ENTRY, (int) (unit.entry - codeBase));
        Raw.putInt(at + DEAD_ENTRY, (int) (unit.deadEntry - unit.entry));
        int more =
                (unit.usesVectors ? VECTORS : 0)
                        | (unit.usesFpu ? FPU : 0)
                        | (unit.crosses ? CROSSES : 0);
        Raw.putInt(at + KEY, key | more);
        Raw.putInt(at + GUEST_BYTES, guestBytes);
        Raw.putInt(at + FIRST_EXIT, firstExit);
        Raw.putInt(at + EXITS, count);
        Raw.copy(unit.entry, at + CODE, 8);
        long to = at + HEAD_BYTES + (guestBytes + 3 & -4);
        for (int i = 0; i < count; i++) {
            Exit exit = exits.get(firstExit + i);
            Raw.putInt(to, exit.kind.number | exit.start << START_SHIFT);
            Raw.putInt(to + 4, exit.resume == 0 ? 0 : (int) (exit.resume - unit.entry));
            to += EXIT_BYTES;
        }
        long places = to;
        for (int i = 0; i < moving.count(); i++) {
            to = addPlaces(to, moving, i, code);
        }
        Raw.putInt(at + PLACES, (int) (to - places) / PLACE_BYTES);
        Raw.putInt(bucket, used);
        used = (int) (to - base);
        added++;
    }

    /** The places of a value are put down with the first field that has it. */
    private static long addPlaces(long at, MovingFields moving, int field, HostCode code) {
        long to = at;
        int value = moving.value(field);
        boolean isFirst = true;
        for (int i = 0; i < field; i++) {
            isFirst &= moving.value(i) != value;
        }
        for (int i = 0; i < code.places() && isFirst; i++) {
            if (HostCode.getInt(code.bytes(), code.place(i)) == value) {
                Raw.putInt(to, moving.offset(field));
                Raw.putInt(to + 4, code.place(i));
                to += PLACE_BYTES;
            }
        }
        if (to == at) {
            Raw.putInt(to, moving.offset(field));
            Raw.putInt(to + 4, 0);
            to += PLACE_BYTES;
        }
        return to;
    }

    /**
     * A unit from the file whose guest code is this, but for fields that move, or 0: nobody else
     * gets it from now on.
     *
     * @param host the host address of the guest code
     */
    int take(long physical, long host, int mode) {
        int left = PAGE - (int) (physical & PAGE - 1);
        int record = left < 16 ? 0 : take(physical, host, mode, 16);
        if (record == 0 && left >= 8) {
            record = take(physical, host, mode, 8);
        }
        return record != 0 ? record : take(physical, host, mode, 1);
    }

    private int take(long physical, long host, int mode, int hashed) {
        int key = key(physical, mode);
        long bucket = base + 4L * hash(host, key, hashed);
        int left = PAGE - (int) (physical & PAGE - 1);
        for (int record = Raw.getInt(bucket); record != 0; ) {
            long at = base + record;
            if (record < own
                    && (Raw.getInt(at + KEY) & ~NOT_IN_KEY) == key
                    && Raw.getInt(at + ENTRY) > 0
                    && Raw.getInt(at + GUEST_BYTES) <= left
                    && isSame(record, host)) {
                Raw.putInt(at + ENTRY, -Raw.getInt(at + ENTRY));
                taken++;
                return record;
            }
            record = Raw.getInt(at + NEXT);
        }
        return 0;
    }

    /** Whether this guest code can have that translation, once what moves in it has been moved. */
    private boolean isSame(int record, long host) {
        long guest = base + record + HEAD_BYTES;
        int bytes = guestBytes(record);
        int places = Raw.getInt(base + record + PLACES);
        int done = 0;
        for (int i = 0; i < places; i++) {
            int field = Raw.getInt(placeAt(record, i));
            if (field < done) {
                continue; // another place of the same
            }
            if (!isSame(guest + done, host + done, field - done)
                    || !canMove(record, i, field, host)) {
                return false;
            }
            done = field + 4;
        }
        return isSame(guest + done, host + done, bytes - done);
    }

    /** Whether a field has a value that may be another, and the same as all that had the same. */
    private boolean canMove(int record, int place, int field, long host) {
        long guest = base + record + HEAD_BYTES;
        int value = Raw.getInt(host + field);
        if (!MovingFields.mayMove(value)) {
            return false;
        }
        for (int i = 0; i < place; i++) {
            int other = Raw.getInt(placeAt(record, i));
            boolean wasSame = Raw.getInt(guest + other) == Raw.getInt(guest + field);
            if (wasSame != (Raw.getInt(host + other) == value)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isSame(long a, long b, int bytes) {
        int done = 0;
        for (; bytes - done >= 8; done += 8) {
            if (Raw.getLong(a + done) != Raw.getLong(b + done)) {
                return false;
            }
        }
        for (; done < bytes; done++) {
            if (Raw.getByte(a + done) != Raw.getByte(b + done)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Makes a record that was taken, and its code, what this guest code has them be.
     *
     * @param host the host address of the guest code
     * @param code where the unit's code can be written
     */
    void move(int record, long host, long code) {
        for (int i = 0; i < Raw.getInt(base + record + PLACES); i++) {
            long at = placeAt(record, i);
            int value = Raw.getInt(host + Raw.getInt(at));
            int place = Raw.getInt(at + 4);
            if (place != 0) {
                Raw.putInt(code + place, value);
            }
            Raw.putInt(base + record + HEAD_BYTES + Raw.getInt(at), value);
        }
    }

    // What a record says.

    /** In bytes from the beginning of code memory. */
    int entry(int record) {
        return Math.abs(Raw.getInt(base + record + ENTRY));
    }

    private int deadEntry(int record) {
        return Raw.getInt(base + record + DEAD_ENTRY);
    }

    /** Makes a new unit what the record says. */
    void describe(int record, Unit unit) {
        int key = Raw.getInt(base + record + KEY);
        unit.usesVectors = (key & VECTORS) != 0;
        unit.usesFpu = (key & FPU) != 0;
        unit.crosses = (key & CROSSES) != 0;
        unit.bytes(guestBytes(record));
        unit.deadEntry = unit.entry + deadEntry(record);
    }

    private int guestBytes(int record) {
        return Raw.getInt(base + record + GUEST_BYTES);
    }

    int firstExit(int record) {
        return Raw.getInt(base + record + FIRST_EXIT);
    }

    int exits(int record) {
        return Raw.getInt(base + record + EXITS);
    }

    /** One of a unit's exits, anew. */
    Exit exit(int record, int number, Unit unit) {
        long at = exitAt(record, number);
        int what = Raw.getInt(at);
        Exit exit =
                new Exit(Exit.Kind.of(what & (1 << START_SHIFT) - 1), unit, what >>> START_SHIFT);
        int resume = Raw.getInt(at + 4);
        exit.resume = resume == 0 ? 0 : unit.entry + resume;
        return exit;
    }

    private long exitAt(int record, int number) {
        int bytes = guestBytes(record) + 3 & -4;
        return base + record + HEAD_BYTES + bytes + (long) EXIT_BYTES * number;
    }

    private long placeAt(int record, int number) {
        return exitAt(record, exits(record)) + (long) PLACE_BYTES * number;
    }

    /**
     * Undoes all that was done to the code since it was written, so that it can be kept.
     *
     * @param code where code memory can be written, a host address
     */
    void restore(long code) {
        for (int record = FIRST; record < used; record = after(record)) {
            long entry = code + entry(record);
            Raw.putInt(base + record + ENTRY, entry(record));
            Raw.copy(base + record + CODE, entry, 8);
            for (int i = 0; i < exits(record); i++) {
                long at = exitAt(record, i);
                if ((Raw.getInt(at) & (1 << START_SHIFT) - 1) == Exit.Kind.LINK.number) {
                    Raw.putInt(entry + Raw.getInt(at + 4) - 4, 0);
                }
            }
        }
    }

    private int after(int record) {
        return (int) (placeAt(record, Raw.getInt(base + record + PLACES)) - base);
    }
}
