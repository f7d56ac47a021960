package dev.lungo.boot.fs;

import dev.lungo.boot.bytes.Little;
import dev.lungo.boot.fs.VolumeException.Reason;
import java.util.Arrays;
import java.util.Locale;
import java.util.Set;

/**
 * Names in FAT directories: eight bytes and three, and in front of them long ones. Microsoft, FAT:
 * General Overview of On-Disk Format, "Long Directory Entries" and "Name Limits and Character
 * Sets"; the bits for small letters are Windows NT's.
 */
final class FatNames {
    static final int SHORT_BYTES = 11;
    static final int MOST_CHARS = 255;

    /** How many of its characters an entry of a long name has. */
    static final int CHARS = 13;

    static final int LAST_LONG_ENTRY = 0x40;

    private static final int BASE_BYTES = 8;
    private static final int CHECKSUM = 13;

    /** Where an entry of a long name has its characters. */
    private static final int[] CHAR_AT = {1, 3, 5, 7, 9, 14, 16, 18, 20, 22, 24, 28, 30};

    private static final String NOT_IN_LONG = "\"*/:<>?\\|";
    private static final String IN_SHORT = "$%'-_@~`!(){}^#&";

    /** Code page 437 from 80h on, in which short names are where nobody says otherwise. */
    private static final String CODE_PAGE =
            "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐"
                    + "└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00A0";

    private FatNames() {}

    /**
     * The name as it will be: without dots and spaces at its end.
     *
     * @throws VolumeException if no file can be called so
     */
    static String check(String name) {
        int end = name.length();
        while (end > 0 && (name.charAt(end - 1) == '.' || name.charAt(end - 1) == ' ')) {
            end--;
        }
        boolean bad = end == 0 || end > MOST_CHARS;
        for (int i = 0; i < end; i++) {
            bad |= name.charAt(i) < ' ' || NOT_IN_LONG.indexOf(name.charAt(i)) >= 0;
        }
        if (bad) {
            throw new VolumeException(Reason.BAD_NAME, "No file can have this name on the volume.");
        }
        return name.substring(0, end);
    }

    /** What a short entry is called, with the small letters that its case bits tell. */
    static String fromShort(byte[] raw) {
        int lowerCase = raw[12];
        StringBuilder name = new StringBuilder();
        part(raw, 0, BASE_BYTES, (lowerCase & 0x08) != 0, name);
        int base = name.length();
        name.append('.');
        part(raw, BASE_BYTES, SHORT_BYTES, (lowerCase & 0x10) != 0, name);
        if (name.length() == base + 1) {
            name.setLength(base);
        }
        return name.toString();
    }

    private static void part(byte[] raw, int from, int to, boolean small, StringBuilder name) {
        int end = to;
        while (end > from && raw[end - 1] == ' ') {
            end--;
        }
        for (int i = from; i < end; i++) {
            int value = raw[i] & 0xFF;
            if (i == 0 && value == 0x05) {
                value = FatEntry.DELETED; // which could not be written as it is
            }
            char c = value < 0x80 ? (char) value : CODE_PAGE.charAt(value - 0x80);
            name.append(small ? Character.toLowerCase(c) : c);
        }
    }

    /** The short name that needs no long one, or an empty array. */
    static byte[] exactly(String name) {
        int dot = name.lastIndexOf('.');
        String base = dot < 0 ? name : name.substring(0, dot);
        String extension = dot < 0 ? "" : name.substring(dot + 1);
        boolean fits =
                !base.isEmpty()
                        && base.length() <= BASE_BYTES
                        && extension.length() <= SHORT_BYTES - BASE_BYTES
                        && dot != name.length() - 1;
        for (int i = 0; i < name.length() && fits; i++) {
            fits = i == dot || isShort(name.charAt(i));
        }
        return fits ? join(base, extension) : new byte[0];
    }

    /** A short name beside a long one, which nothing in {@code taken} has. */
    static byte[] beside(String name, Set<String> taken) {
        int dot = name.lastIndexOf('.');
        String base = shorten(dot <= 0 ? name : name.substring(0, dot));
        String extension = dot <= 0 ? "" : shorten(name.substring(dot + 1));
        extension = extension.substring(0, Math.min(extension.length(), SHORT_BYTES - BASE_BYTES));
        String whole = extension.isEmpty() ? base : base + "." + extension;
        if (whole.equals(name.toUpperCase(Locale.ROOT)) && base.length() <= BASE_BYTES) {
            byte[] plain = join(base, extension);
            if (!taken.contains(fromShort(Arrays.copyOf(plain, FatEntry.BYTES)))) {
                return plain; // it only has small letters
            }
        }
        for (int number = 1; ; number++) { // a directory has fewer entries than there are numbers
            String tail = "~" + number;
            int kept = Math.min(base.length(), BASE_BYTES - tail.length());
            byte[] tried = join(base.substring(0, kept) + tail, extension);
            if (!taken.contains(fromShort(Arrays.copyOf(tried, FatEntry.BYTES)))) {
                return tried;
            }
        }
    }

    private static String shorten(String part) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < part.length(); i++) {
            char c = part.charAt(i);
            char upper = c < 0x80 ? Character.toUpperCase(c) : c;
            if (c != ' ' && c != '.') {
                out.append(isShort(upper) ? upper : '_');
            }
        }
        return out.isEmpty() ? "_" : out.toString();
    }

    private static boolean isShort(char c) {
        return c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || IN_SHORT.indexOf(c) >= 0;
    }

    private static byte[] join(String base, String extension) {
        byte[] name = new byte[SHORT_BYTES];
        Arrays.fill(name, (byte) ' ');
        for (int i = 0; i < base.length(); i++) {
            name[i] = (byte) base.charAt(i);
        }
        for (int i = 0; i < extension.length(); i++) {
            name[BASE_BYTES + i] = (byte) extension.charAt(i);
        }
        return name;
    }

    /** By which the entries of a long name belong to the short one. */
    static int checksum(byte[] shortName) {
        int sum = 0;
        for (int i = 0; i < SHORT_BYTES; i++) {
            sum = ((sum & 1) << 7) + (sum >> 1) + (shortName[i] & 0xFF) & 0xFF;
        }
        return sum;
    }

    /** The entries of a long name, the last part of it first, and room for the short one. */
    static byte[] longEntries(String name, byte[] shortName) {
        int count = (name.length() + CHARS - 1) / CHARS;
        byte[] slots = new byte[(count + 1) * FatEntry.BYTES];
        for (int i = 0; i < count; i++) {
            int order = count - i;
            int at = i * FatEntry.BYTES;
            slots[at] = (byte) (order | (i == 0 ? LAST_LONG_ENTRY : 0));
            slots[at + 11] = FatEntry.LONG_NAME;
            slots[at + CHECKSUM] = (byte) checksum(shortName);
            for (int c = 0; c < CHARS; c++) {
                int index = (order - 1) * CHARS + c;
                int value =
                        index < name.length()
                                ? name.charAt(index)
                                : index == name.length() ? 0 : 0xFFFF;
                Little.put16(slots, at + CHAR_AT[c], value);
            }
        }
        return slots;
    }

    /** Puts a part of a long name before what came after it. */
    static void prepend(byte[] raw, StringBuilder name) {
        StringBuilder part = new StringBuilder();
        for (int at : CHAR_AT) {
            int value = Little.u16(raw, at);
            if (value == 0) {
                break;
            }
            part.append((char) value);
        }
        name.insert(0, part);
    }

    static int checksumOf(byte[] longEntry) {
        return longEntry[CHECKSUM] & 0xFF;
    }

    static boolean same(String a, String b) {
        return a.equalsIgnoreCase(b);
    }
}
