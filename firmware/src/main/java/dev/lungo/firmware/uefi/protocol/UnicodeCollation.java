package dev.lungo.firmware.uefi.protocol;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;

/**
 * EFI_UNICODE_COLLATION_PROTOCOL for English: letters compare without their case. UEFI 2.10,
 * "Unicode Collation Protocol" (13.13).
 */
public final class UnicodeCollation {
    private static final Guid GUID = Guid.parse("1d85cd7f-f43d-11d2-9a0c-0090273fc14d");
    private static final Guid GUID2 = Guid.parse("a4c751fc-23ae-4c3e-92e9-4964cf63f349");

    /** What no FAT name has, in its 8.3 form. */
    private static final String NOT_IN_FAT = "\"*+,/:;<=>?[\\]|";

    /** Matching takes this many steps at most, so that no pattern keeps the host busy. */
    private static final int MOST_STEPS = 1 << 20;

    /** In the order of the interface. */
    private enum Member {
        // spotless:off
        StriColl, MetaiMatch, StrLwr, StrUpr, FatToStr, StrToFat
        // spotless:on
    }

    private UnicodeCollation() {}

    public static void install(Protocols protocols, long handle) {
        long[] members =
                protocols.members(
                        "EFI_UNICODE_COLLATION_PROTOCOL", Member.values(), UnicodeCollation::call);
        install(protocols, handle, members, GUID, "eng");
        install(protocols, handle, members, GUID2, "en");
    }

    private static void install(
            Protocols protocols, long handle, long[] members, Guid guid, String language) {
        long languages = protocols.place(ByteWriter.cString(language));
        ByteWriter out = Protocols.pointers(new ByteWriter(), members).u64(languages);
        protocols.install(handle, guid, protocols.place(out));
    }

    private static long call(Member member, Call call) {
        return switch (member) {
            case StriColl -> compare(text(call, 1), text(call, 2));
            case MetaiMatch -> matches(text(call, 1), text(call, 2)) ? 1 : 0;
            case StrLwr -> change(call, false);
            case StrUpr -> change(call, true);
            case FatToStr -> fatToStr(call);
            case StrToFat -> strToFat(call);
        };
    }

    private static String text(Call call, int argument) {
        return call.memory().text16(call.argument(argument));
    }

    static long compare(String a, String b) {
        for (int i = 0; i < Math.min(a.length(), b.length()); i++) {
            int difference = upper(a.charAt(i)) - upper(b.charAt(i));
            if (difference != 0) {
                return difference;
            }
        }
        return (long) a.length() - b.length();
    }

    private static char upper(char c) {
        return Character.toUpperCase(c);
    }

    /** {@code *} is any characters, {@code ?} any one, {@code [abc]} and {@code [a-c]} a set. */
    static boolean matches(String text, String pattern) {
        return matches(text, 0, pattern, 0, new int[1]);
    }

    private static boolean matches(String text, int at, String pattern, int from, int[] steps) {
        int t = at;
        int p = from;
        while (p < pattern.length()) {
            if (++steps[0] > MOST_STEPS) {
                return false;
            }
            char c = pattern.charAt(p);
            if (c == '*') {
                while (p < pattern.length() && pattern.charAt(p) == '*') {
                    p++;
                }
                for (int i = t; i <= text.length(); i++) {
                    if (matches(text, i, pattern, p, steps)) {
                        return true;
                    }
                }
                return false;
            }
            if (t >= text.length()) {
                return false;
            }
            int close = c == '[' ? pattern.indexOf(']', p + 1) : -1;
            if (close > 0) {
                if (!isIn(text.charAt(t), pattern.substring(p + 1, close))) {
                    return false;
                }
                p = close;
            } else if (c != '?' && upper(c) != upper(text.charAt(t))) {
                return false;
            }
            p++;
            t++;
        }
        return t == text.length();
    }

    private static boolean isIn(char c, String set) {
        for (int i = 0; i < set.length(); i++) {
            boolean range = i + 2 < set.length() && set.charAt(i + 1) == '-';
            char last = set.charAt(range ? i + 2 : i);
            if (upper(c) >= upper(set.charAt(i)) && upper(c) <= upper(last)) {
                return true;
            }
            i += range ? 2 : 0;
        }
        return false;
    }

    private static long change(Call call, boolean up) {
        LinearMemory memory = call.memory();
        String text = text(call, 1);
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            memory.putShort(call.argument(1) + 2L * i, up ? upper(c) : Character.toLowerCase(c));
        }
        return EfiStatus.SUCCESS;
    }

    private static long fatToStr(Call call) {
        long size = Math.clamp(call.argument(1), 0, 256);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < size; i++) {
            int c = call.memory().getByte(call.argument(2) + i);
            if (c == 0) {
                break;
            }
            text.append((char) c);
        }
        call.memory().write(call.argument(3), LinearMemory.text16(text.toString()));
        return EfiStatus.SUCCESS;
    }

    /** Whether characters had to be replaced; the name is written without a NUL at its end. */
    private static long strToFat(Call call) {
        String text = text(call, 1);
        long size = Math.clamp(call.argument(2), 0, 256);
        boolean replaced = false;
        int length = 0;
        for (int i = 0; i < text.length() && length < size; i++) {
            char c = upper(text.charAt(i));
            if (c == '.' || c == ' ') {
                continue;
            }
            boolean fits = c < 0x80 && c > ' ' && NOT_IN_FAT.indexOf(c) < 0;
            call.memory().putByte(call.argument(3) + length++, fits ? c : '_');
            replaced |= !fits;
        }
        if (length < size) {
            call.memory().putByte(call.argument(3) + length, 0);
        }
        return replaced ? 1 : 0;
    }
}
