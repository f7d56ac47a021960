package dev.lungo.devices;

import java.util.ArrayDeque;

/**
 * A mouse with two buttons and a middle one, at the auxiliary port. IBM PS/2 Hardware Interface
 * Technical Reference, "Auxiliary Device Commands". Left out: wheels and other extensions, and the
 * sample rate, which the host's mouse has.
 */
final class Ps2Mouse {
    private static final int ACK = 0xFA;
    private static final int RESEND = 0xFE;
    private static final int BAT_COMPLETED = 0xAA;
    private static final int STANDARD = 0x00; // its identity
    private static final int BUFFER_BYTES = 48;

    // Status
    private static final int REMOTE = 1 << 6;
    private static final int REPORTING = 1 << 5;
    private static final int SCALED = 1 << 4;

    // First byte of a packet
    private static final int Y_OVERFLOW = 1 << 7;
    private static final int X_OVERFLOW = 1 << 6;
    private static final int Y_NEGATIVE = 1 << 5;
    private static final int X_NEGATIVE = 1 << 4;
    private static final int ALWAYS = 1 << 3;

    private static final int DEFAULT_RESOLUTION = 2;
    private static final int DEFAULT_RATE = 100;

    private final ArrayDeque<Integer> answers = new ArrayDeque<>();
    private final ArrayDeque<Integer> packets = new ArrayDeque<>();
    private boolean reporting;
    private boolean remote;
    private boolean scaled;
    private boolean wrapping;
    private int resolution = DEFAULT_RESOLUTION;
    private int rate = DEFAULT_RATE;
    private int buttons;
    private int dx;
    private int dy;
    private int last;

    /** The command that awaits its parameter, or 0. */
    private int awaiting;

    void reset() {
        answers.clear();
        wrapping = false;
        buttons = 0;
        awaiting = 0;
        setDefaults();
    }

    private void setDefaults() {
        packets.clear();
        reporting = false;
        remote = false;
        scaled = false;
        resolution = DEFAULT_RESOLUTION;
        rate = DEFAULT_RATE;
        dx = 0;
        dy = 0;
    }

    /**
     * It was moved, or a button was.
     *
     * @param right in counts; {@code up} likewise
     * @param pressed the buttons that are down: bit 0 the left one, 1 the right one, 2 the middle
     */
    void move(int right, int up, int pressed) {
        dx = Math.clamp((long) dx + right, -0xFFFF, 0xFFFF);
        dy = Math.clamp((long) dy + up, -0xFFFF, 0xFFFF);
        buttons = pressed & 7;
        if (reporting && !remote && packets.size() + 3 <= BUFFER_BYTES) {
            addPacket(packets);
        }
    }

    private void addPacket(ArrayDeque<Integer> to) {
        int x = Math.clamp(dx, -0x100, 0xFF);
        int y = Math.clamp(dy, -0x100, 0xFF);
        int first = ALWAYS | buttons;
        first |= x < 0 ? X_NEGATIVE : 0;
        first |= y < 0 ? Y_NEGATIVE : 0;
        first |= x != dx ? X_OVERFLOW : 0;
        first |= y != dy ? Y_OVERFLOW : 0;
        to.add(first);
        to.add(x & 0xFF);
        to.add(y & 0xFF);
        dx = 0;
        dy = 0;
    }

    boolean hasByte() {
        return !answers.isEmpty() || !packets.isEmpty();
    }

    /** Answers overtake movements. There must be one. */
    int takeByte() {
        last = answers.isEmpty() ? packets.remove() : answers.remove();
        return last;
    }

    /** A command, or the parameter of the last one. */
    void receive(int value) {
        int command = awaiting;
        awaiting = 0;
        answers.clear();
        if (wrapping && value != 0xEC && value != 0xFF) {
            answer(value);
            return;
        }
        switch (command) {
            case 0xE8 -> {
                resolution = value;
                answer(ACK);
            }
            case 0xF3 -> {
                rate = value;
                answer(ACK);
            }
            default -> command(value);
        }
    }

    private void command(int value) {
        packets.clear();
        switch (value) {
            case 0xE6, 0xE7 -> {
                scaled = value == 0xE7;
                answer(ACK);
            }
            case 0xE8, 0xF3 -> {
                awaiting = value;
                answer(ACK);
            }
            case 0xE9 -> answer(ACK, status(), resolution, rate);
            case 0xEA, 0xF0 -> { // stream, remote
                remote = value == 0xF0;
                answer(ACK);
            }
            case 0xEB -> {
                answer(ACK);
                addPacket(answers);
            }
            case 0xEC, 0xEE -> { // echo what comes, no longer and from now on
                wrapping = value == 0xEE;
                answer(ACK);
            }
            case 0xF2 -> answer(ACK, STANDARD);
            case 0xF4, 0xF5 -> {
                reporting = value == 0xF4;
                answer(ACK);
            }
            case 0xF6 -> {
                setDefaults();
                answer(ACK);
            }
            case 0xFE -> answer(last);
            case 0xFF -> {
                reset();
                answer(ACK, BAT_COMPLETED, STANDARD);
            }
            default -> answer(RESEND);
        }
    }

    private int status() {
        int leftHighest = (buttons & 1) << 2 | (buttons & 4) >> 1 | (buttons & 2) >> 1;
        return leftHighest
                | (scaled ? SCALED : 0)
                | (reporting ? REPORTING : 0)
                | (remote ? REMOTE : 0);
    }

    private void answer(int... bytes) {
        for (int value : bytes) {
            answers.add(value);
        }
    }
}
