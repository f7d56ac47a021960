package dev.lungo.boot.fs;

import dev.lungo.boot.bytes.Little;
import dev.lungo.boot.fs.VolumeException.Reason;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * A volume's label: an entry of the root directory, and a copy in the boot sector. Microsoft, FAT:
 * General Overview of On-Disk Format, "FAT Directory Structure".
 */
final class FatLabel {
    private static final int BYTES = FatNames.SHORT_BYTES;
    private static final String NOT_IN_LABEL = "\"*+,./:;<=>?[\\]|";
    private static final int EXTENDED_BOOT_SIGNATURE = 0x29;

    private FatLabel() {}

    static String read(FatDirectory root) {
        Optional<FatEntry> entry = root.label();
        if (entry.isEmpty()) {
            return "";
        }
        StringBuilder label = new StringBuilder();
        for (int i = 0; i < BYTES; i++) {
            label.append((char) (entry.get().raw[i] & 0xFF));
        }
        return label.toString().stripTrailing();
    }

    static void write(
            String label, FatDirectory root, ByteDisk disk, FatGeometry geometry, FileTime now) {
        byte[] text = encode(label);
        Optional<FatEntry> entry = root.label();
        if (entry.isPresent() && label.isEmpty()) {
            root.remove(entry.get());
        } else if (entry.isPresent()) {
            System.arraycopy(text, 0, entry.get().raw, 0, BYTES);
            root.update(entry.get());
        } else if (!label.isEmpty()) {
            root.insertRaw(FatEntry.raw(text, FatEntry.VOLUME_ID, now));
        }
        byte[] copy = label.isEmpty() ? encode("NO NAME") : text;
        copyTo(0, copy, disk, geometry);
        if (geometry.backup() != 0) {
            copyTo(geometry.backup(), copy, disk, geometry);
        }
    }

    private static void copyTo(long boot, byte[] text, ByteDisk disk, FatGeometry geometry) {
        int at = geometry.kind() == FatGeometry.Kind.FAT32 ? 71 : 43;
        byte[] sector = new byte[512];
        disk.read(boot, sector, 0, sector.length);
        if (Little.u8(sector, at - 5) == EXTENDED_BOOT_SIGNATURE) {
            System.arraycopy(text, 0, sector, at, BYTES);
            disk.write(boot, sector, 0, sector.length);
        }
    }

    private static byte[] encode(String label) {
        byte[] text = new byte[BYTES];
        Arrays.fill(text, (byte) ' ');
        String upper = label.toUpperCase(Locale.ROOT);
        boolean bad = upper.length() > BYTES || upper.startsWith(" ");
        for (int i = 0; i < upper.length() && !bad; i++) {
            char c = upper.charAt(i);
            bad = c < ' ' || c > '~' || NOT_IN_LABEL.indexOf(c) >= 0;
            text[i] = (byte) c;
        }
        if (bad) {
            throw new VolumeException(Reason.BAD_NAME, "No volume can have this label.");
        }
        return text;
    }
}
