package dev.lungo.metal.core;

/**
 * The log: the first serial port, lines ended by CR LF. A line begins with {@code lungo: }. Exit
 * handlers have no strings, but texts that were made of strings at start-up.
 */
public final class Log {
    private static final int COM1 = 0x3F8;
    private static final int LSR = 5;
    private static final int THRE = 1 << 5;
    private static final byte[] PREFIX = text("lungo: ");

    /** 0 where there is no port. */
    private static int port = COM1;

    private static boolean notes = true;

    private Log() {}

    /** For constants: ASCII. */
    public static byte[] text(String string) {
        byte[] text = new byte[string.length()];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) string.charAt(i);
        }
        return text;
    }

    private static void put(int c) {
        if (port == 0) {
            return;
        }
        int patience = 100_000;
        while ((Bare.in8(port + LSR) & THRE) == 0 && --patience > 0) {
            Bare.pause();
        }
        Bare.out8(port, c);
    }

    public static void put(byte[] text) {
        for (int i = 0; i < text.length; i++) {
            put(text[i]);
        }
    }

    public static void begin(byte[] text) {
        put(PREFIX);
        put(text);
    }

    public static void end() {
        put('\r');
        put('\n');
    }

    public static void line(byte[] text) {
        begin(text);
        end();
    }

    /** At start-up. */
    public static void line(String string) {
        line(text(string));
    }

    /** Whether what is as it should be is told. */
    public static boolean hasNotes() {
        return notes;
    }

    /**
     * Where the log goes from here on.
     *
     * @param serialPort where an 8250 is in port space, or 0 for none
     * @param withNotes false if only trouble is to be told
     */
    public static void configure(int serialPort, boolean withNotes) {
        port = serialPort;
        notes = withNotes;
    }

    /** Hexadecimal, as {@code 1F0h}. */
    public static void hex(long value) {
        boolean started = false;
        for (int shift = 60; shift >= 0; shift -= 4) {
            int digit = (int) (value >>> shift) & 0xF;
            if (digit != 0 || started || shift == 0) {
                started = true;
                put(digit < 10 ? '0' + digit : 'A' - 10 + digit);
            }
        }
        put('h');
    }
}
