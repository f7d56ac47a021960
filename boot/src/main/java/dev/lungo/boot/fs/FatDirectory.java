package dev.lungo.boot.fs;

import dev.lungo.boot.fs.VolumeException.Reason;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A directory: a row of slots of 32 bytes, in a chain of clusters or, for the root of FAT12 and
 * FAT16, in a place of its own.
 *
 * <p>What is written goes to the disk at once, in an order in which a long name without its short
 * one is the worst that is left when the power fails.
 */
final class FatDirectory {
    /** 65536 slots are 2 MiB, which is as long as a directory can be. */
    private static final int MOST_SLOTS = 65536;

    private static final int NO_MORE = 0;

    private final ByteDisk disk;
    private final FatGeometry geometry;
    private final FatChain chain;
    private final boolean isFixed;

    /** What was read last. */
    private final byte[] sector = new byte[512];

    private long sectorAt = -1;

    FatDirectory(ByteDisk disk, FatGeometry geometry, FatChain chain, boolean isFixed) {
        this.disk = disk;
        this.geometry = geometry;
        this.chain = chain;
        this.isFixed = isFixed;
    }

    FatChain chain() {
        return chain;
    }

    /** Where a slot is on the disk; negative if there is none. */
    private long offsetOf(int slot) {
        long within = (long) slot * FatEntry.BYTES;
        if (slot >= MOST_SLOTS) {
            return -1;
        }
        if (isFixed) {
            return within < geometry.rootBytes() ? geometry.rootOffset() + within : -1;
        }
        return chain.find(within);
    }

    private byte[] slotAt(long offset) {
        long from = offset & -512;
        if (from != sectorAt) {
            sectorAt = -1;
            disk.read(from, sector, 0, sector.length);
            sectorAt = from;
        }
        byte[] raw = new byte[FatEntry.BYTES];
        System.arraycopy(sector, (int) (offset - from), raw, 0, raw.length);
        return raw;
    }

    /** The first entry of a file or directory at or after a slot. */
    Optional<FatEntry> next(int from) {
        return next(from, false);
    }

    /** The entry with the volume's label. */
    Optional<FatEntry> label() {
        return next(0, true);
    }

    private Optional<FatEntry> next(int from, boolean wantsLabel) {
        StringBuilder name = new StringBuilder();
        int expected = 0; // the number of the long name's next entry
        int checksum = 0;
        int firstSlot = from;
        for (int slot = from; ; slot++) {
            long offset = offsetOf(slot);
            byte[] raw = offset < 0 ? new byte[FatEntry.BYTES] : slotAt(offset);
            int first = raw[0] & 0xFF;
            if (first == NO_MORE) {
                return Optional.empty();
            }
            int attributes = raw[11];
            if (first == FatEntry.DELETED) {
                expected = 0;
            } else if ((attributes & FatEntry.LONG_NAME_MASK) == FatEntry.LONG_NAME) {
                int order = first & 0x3F;
                if ((first & FatNames.LAST_LONG_ENTRY) != 0 && order >= 1 && order <= 20) {
                    name.setLength(0);
                    firstSlot = slot;
                    checksum = FatNames.checksumOf(raw);
                    expected = order;
                }
                boolean belongs =
                        expected > 0 && order == expected && checksum == FatNames.checksumOf(raw);
                if (belongs) {
                    FatNames.prepend(raw, name);
                }
                // After the first part 0 would mean that there is none: it is told by 100h.
                expected = belongs ? (expected == 1 ? 0x100 : expected - 1) : 0;
            } else if (((attributes & FatEntry.VOLUME_ID) != 0) != wantsLabel) {
                expected = 0;
            } else {
                boolean isLong = expected == 0x100 && checksum == FatNames.checksum(raw);
                boolean usable = isLong && !name.isEmpty() && name.length() <= FatNames.MOST_CHARS;
                String called = usable ? name.toString() : FatNames.fromShort(raw);
                int begins = isLong ? firstSlot : slot;
                return Optional.of(new FatEntry(raw, called, begins, slot, offset));
            }
        }
    }

    /** By its long or its short name, in any case. */
    Optional<FatEntry> find(String name) {
        Optional<FatEntry> entry = next(0);
        while (entry.isPresent()
                && !FatNames.same(entry.get().name, name)
                && !FatNames.same(FatNames.fromShort(entry.get().raw), name)) {
            entry = next(entry.get().slot + 1);
        }
        return entry;
    }

    /** Whether it has nothing but "." and "..". */
    boolean isEmpty() {
        Optional<FatEntry> entry = next(0);
        while (entry.isPresent() && entry.get().raw[0] == '.') {
            entry = next(entry.get().slot + 1);
        }
        return entry.isEmpty();
    }

    /** A short name for this one, that nothing else here has. */
    byte[] shortName(String name) {
        byte[] exact = FatNames.exactly(name);
        if (exact.length != 0) {
            return exact;
        }
        Set<String> taken = new HashSet<>();
        Optional<FatEntry> entry = next(0);
        while (entry.isPresent()) {
            byte[] raw = entry.get().raw;
            raw[12] = 0;
            taken.add(FatNames.fromShort(raw));
            entry = next(entry.get().slot + 1);
        }
        return FatNames.beside(name, taken);
    }

    /** All slots that an entry of this name takes; the last one is {@code raw}. */
    private static byte[] slots(String name, byte[] raw) {
        byte[] slots =
                FatNames.exactly(name).length != 0
                        ? new byte[FatEntry.BYTES]
                        : FatNames.longEntries(name, raw);
        System.arraycopy(raw, 0, slots, slots.length - FatEntry.BYTES, FatEntry.BYTES);
        return slots;
    }

    /** Puts an entry where there is room, or makes some. */
    FatEntry insert(String name, byte[] raw) {
        byte[] slots = slots(name, raw);
        int count = slots.length / FatEntry.BYTES;
        int first = makeRoom(count);
        write(first, slots);
        int slot = first + count - 1;
        return new FatEntry(raw, name, first, slot, offsetOf(slot));
    }

    /** Puts an entry that has no long name. */
    void insertRaw(byte[] raw) {
        write(makeRoom(1), raw);
    }

    /** The first of so many free slots in a row. */
    private int makeRoom(int count) {
        int free = 0;
        boolean atEnd = false;
        for (int slot = 0; ; slot++) {
            long offset = offsetOf(slot);
            if (offset < 0) {
                if (slot + count - free > MOST_SLOTS) {
                    throw new VolumeException(Reason.FULL, "The directory is full.");
                }
                grow();
                offset = offsetOf(slot);
            }
            int first = slotAt(offset)[0] & 0xFF;
            atEnd |= first == NO_MORE;
            if (free == count) {
                if (atEnd && first != NO_MORE) {
                    write(slot, new byte[FatEntry.BYTES]); // the new end; there was anything
                }
                return slot - count;
            }
            free = atEnd || first == FatEntry.DELETED ? free + 1 : 0;
            if (free == count && (!atEnd || offsetOf(slot + 1) < 0)) {
                return slot - count + 1;
            }
        }
    }

    private void grow() {
        if (isFixed) {
            throw new VolumeException(Reason.FULL, "The volume's root directory is full.");
        }
        if (chain.first() == 0) {
            throw new VolumeException(
                    Reason.CORRUPTED, "A directory has no clusters; repair it with fsck.fat.");
        }
        int[] cluster = chain.findMore(1);
        disk.write(
                geometry.offsetOf(cluster[0]),
                new byte[geometry.clusterBytes()],
                0,
                geometry.clusterBytes());
        disk.barrier();
        chain.append(cluster);
    }

    private void write(int slot, byte[] slots) {
        sectorAt = -1;
        int done = 0;
        while (done < slots.length) { // sector by sector, so that the short entry comes last
            long offset = offsetOf(slot + done / FatEntry.BYTES);
            int count = (int) Math.min(512 - offset % 512, slots.length - done);
            disk.write(offset, slots, done, count);
            done += count;
        }
    }

    /** Writes an entry whose content has changed. */
    void update(FatEntry entry) {
        sectorAt = -1;
        disk.write(entry.offset, entry.raw, 0, FatEntry.BYTES);
    }

    /** Deletes an entry, the short name first. */
    void remove(FatEntry entry) {
        int slot = entry.slot;
        while (slot >= entry.firstSlot) {
            long offset = offsetOf(slot);
            List<byte[]> deleted = new ArrayList<>();
            int first = slot;
            while (first > entry.firstSlot && offset % 512 != 0) {
                first--;
                offset -= FatEntry.BYTES;
            }
            for (int i = first; i <= slot; i++) {
                byte[] raw = slotAt(offsetOf(i));
                raw[0] = (byte) FatEntry.DELETED;
                deleted.add(raw);
            }
            byte[] all = new byte[deleted.size() * FatEntry.BYTES];
            for (int i = 0; i < deleted.size(); i++) {
                System.arraycopy(deleted.get(i), 0, all, i * FatEntry.BYTES, FatEntry.BYTES);
            }
            write(first, all);
            slot = first - 1;
        }
    }

    /**
     * Gives an entry another name by a single write of a sector, if both are in that.
     *
     * @return empty if they are not
     */
    Optional<FatEntry> renameInPlace(FatEntry entry, String name, byte[] raw) {
        byte[] slots = slots(name, raw);
        int count = slots.length / FatEntry.BYTES;
        int inSector = (int) (entry.offset % 512) / FatEntry.BYTES;
        int begin = entry.slot - inSector;
        if (entry.firstSlot < begin) {
            return Optional.empty();
        }
        slotAt(entry.offset);
        byte[] changed = sector.clone();
        for (int slot = entry.firstSlot; slot <= entry.slot; slot++) {
            changed[(slot - begin) * FatEntry.BYTES] = (byte) FatEntry.DELETED;
        }
        int free = 0;
        for (int i = 0; i < 512 / FatEntry.BYTES; i++) {
            int first = changed[i * FatEntry.BYTES] & 0xFF;
            if (first == NO_MORE) {
                break; // what is behind it is not known
            }
            free = first == FatEntry.DELETED ? free + 1 : 0;
            if (free == count) {
                int at = i - count + 1;
                System.arraycopy(slots, 0, changed, at * FatEntry.BYTES, slots.length);
                sectorAt = -1;
                disk.write(entry.offset & -512, changed, 0, 512);
                int slot = begin + i;
                return Optional.of(new FatEntry(raw, name, begin + at, slot, offsetOf(slot)));
            }
        }
        return Optional.empty();
    }
}
