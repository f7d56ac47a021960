package dev.lungo.devices;

import java.util.ArrayDeque;

/**
 * A 101-key keyboard that speaks scan code set 2. IBM PS/2 Hardware Interface Technical Reference,
 * "Keyboard Commands". Left out: sets 1 and 3 (refused), typematic repeat, which the host's
 * keyboard does, and lights.
 */
final class Ps2Keyboard {
    private static final int ACK = 0xFA;
    private static final int RESEND = 0xFE;
    private static final int BAT_COMPLETED = 0xAA;
    private static final int SET = 2;
    private static final int BUFFER_BYTES = 16;

    private final ArrayDeque<Integer> answers = new ArrayDeque<>();
    private final ArrayDeque<Integer> keys = new ArrayDeque<>();
    private boolean scanning = true;
    private int last;

    /** The command that awaits its parameter, or 0. */
    private int awaiting;

    void reset() {
        answers.clear();
        keys.clear();
        scanning = true;
        awaiting = 0;
    }

    void send(int... scancodes) {
        if (!scanning || keys.size() + scancodes.length > BUFFER_BYTES) {
            return;
        }
        for (int code : scancodes) {
            keys.add(code);
        }
    }

    boolean hasByte() {
        return !answers.isEmpty() || !keys.isEmpty();
    }

    /** Answers overtake keys. There must be one. */
    int takeByte() {
        last = answers.isEmpty() ? keys.remove() : answers.remove();
        return last;
    }

    /** A command, or the parameter of the last one. */
    void receive(int value) {
        int command = awaiting;
        awaiting = 0;
        answers.clear();
        switch (command) {
            case 0xED, 0xF3, 0xFB, 0xFC, 0xFD -> answer(ACK); // lights, rate, key types
            case 0xF0 -> selectSet(value);
            default -> command(value);
        }
    }

    private void selectSet(int set) {
        switch (set) {
            case 0 -> answer(ACK, SET);
            case SET -> answer(ACK);
            default -> answer(RESEND);
        }
    }

    private void command(int value) {
        switch (value) {
            case 0xED, 0xF0, 0xF3, 0xFB, 0xFC, 0xFD -> {
                awaiting = value;
                answer(ACK);
            }
            case 0xEE -> answer(0xEE); // echo
            case 0xF2 -> answer(ACK, 0xAB, 0x83); // identify
            case 0xF4 -> enable(true);
            case 0xF5 -> enable(false); // default disable
            case 0xF6 -> enable(scanning); // set default
            case 0xF7, 0xF8, 0xF9, 0xFA -> answer(ACK); // key types, which set 2 does not have
            case 0xFE -> answer(last);
            case 0xFF -> {
                enable(true);
                answer(BAT_COMPLETED);
            }
            default -> answer(RESEND);
        }
    }

    private void enable(boolean on) {
        scanning = on;
        keys.clear();
        answer(ACK);
    }

    private void answer(int... bytes) {
        for (int value : bytes) {
            answers.add(value);
        }
    }
}
