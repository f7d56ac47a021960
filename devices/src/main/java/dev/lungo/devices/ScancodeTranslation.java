package dev.lungo.devices;

/**
 * The keyboard controller's translation of scan code set 2 to set 1. IBM PS/2 Hardware Interface
 * Technical Reference, "Scan Code Translation".
 */
final class ScancodeTranslation {
    /** The release prefix of set 2; set 1 has the high bit of the code instead. */
    private static final int BREAK = 0xF0;

    private static final int NOTHING = -1;

    // spotless:off
    private static final String TABLE =
            "ff43413f3d3b3c58" + "64444240" + "3e0f2959"
          + "65382a701d10025a" + "66712c1f" + "1e11035b"
          + "672e2d201205045c" + "68392f21" + "1413065d"
          + "693130232215075e" + "6a723224" + "1608095f"
          + "6b332517180b0a60" + "6c343526" + "27190c61"
          + "6d7328741a0d626e" + "3a361c1b" + "752b6376"
          + "55567778797a0e7b" + "7c4f7d4b" + "477e7f6f"
          + "5253504c4d480145" + "574e514a" + "37494654";
    // spotless:on

    private boolean released;

    void reset() {
        released = false;
    }

    /** The byte to pass on, or -1 for a prefix that the next one takes in. */
    int translate(int value) {
        if (value == BREAK) {
            released = true;
            return NOTHING;
        }
        int make =
                switch (value) {
                    case 0x83 -> 0x41;
                    case 0x84 -> 0x54;
                    default ->
                            value < 0x80
                                    ? Integer.parseInt(TABLE, 2 * value, 2 * value + 2, 16)
                                    : value; // prefixes and answers
                };
        int translated = released ? make | 0x80 : make;
        released = false;
        return translated;
    }
}
