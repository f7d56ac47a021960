package dev.lungo.metal.core;

import dev.lungo.metal.Vcpu;

/**
 * The log: the first serial port, lines ended by CR LF, and a ring in memory that the guest can
 * read. A line begins with {@code lungo: }, and one processor writes it at a time. Exit handlers
 * have no strings, but texts that were made of strings at start-up.
 */
public final class Log {
    private static final int COM1 = 0x3F8;
    private static final int LSR = 5;
    private static final int THRE = 1 << 5;
    private static final byte[] PREFIX = text("lungo: ");

    /** 0 where there is no port. */
    private static int port = COM1;

    private static boolean notes = true;

    /** Bytes of the ring. */
    public static final int RING = 64 << 10;

    /** How many of them the guest gets at a time. */
    public static final int PIECE = 32;

    /** Turns to wait for another processor's line, which one that has failed never ends. */
    private static final int PATIENCE = 10_000_000;

    /** A page with the lock, then the ring; 0 until {@link #keep}. */
    private static long ring;

    /** Bytes that were ever written. */
    private static long written;

    private Log() {}

    /** At start-up: from here on the ring is written, too. */
    static void keep() {
        ring = Pages.take(1 + RING / Pages.SIZE);
    }

    /** For constants: ASCII. */
    public static byte[] text(String string) {
        byte[] text = new byte[string.length()];
        for (int i = 0; i < text.length; i++) {
            text[i] = (byte) string.charAt(i);
        }
        return text;
    }

    private static void put(int c) {
        if (ring != 0) {
            Bare.put8(ring + Pages.SIZE + written % RING, c);
            written++;
        }
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
        acquire();
        put(PREFIX);
        put(text);
    }

    public static void end() {
        put('\r');
        put('\n');
        release();
    }

    private static void acquire() {
        int patience = PATIENCE;
        while (ring != 0 && Bare.swap32(ring, 1) != 0 && --patience > 0) {
            Bare.pause();
        }
    }

    private static void release() {
        if (ring != 0) {
            Bare.swap32(ring, 0);
        }
    }

    /**
     * Reads the ring for a guest: RBX is how many bytes it has read, RAX becomes the number of
     * bytes that RCX, RDX, RSI and RDI get, and RBX where to go on. What was overwritten meanwhile
     * is left out.
     */
    static void read(Vcpu vcpu) {
        acquire();
        long from = vcpu.rbx;
        if (from < written - RING || from > written) {
            from = Math.max(0, written - RING);
        }
        int count = (int) Math.min(PIECE, written - from);
        vcpu.rax = count;
        vcpu.rcx = piece(from, count);
        vcpu.rdx = piece(from + 8, count - 8);
        vcpu.rsi = piece(from + 16, count - 16);
        vcpu.rdi = piece(from + 24, count - 24);
        vcpu.rbx = from + count;
        release();
    }

    private static long piece(long from, int count) {
        long piece = 0;
        for (int i = 0; i < 8 && i < count; i++) {
            piece |= (long) Bare.get8(ring + Pages.SIZE + (from + i) % RING) << (8 * i);
        }
        return piece;
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
