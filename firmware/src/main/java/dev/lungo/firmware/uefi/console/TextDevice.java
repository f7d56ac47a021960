package dev.lungo.firmware.uefi.console;

/** Something that shows text, and has a cursor of its own. Rows and columns count from 0. */
public interface TextDevice {
    /**
     * Shows text from the cursor on, which is behind it then: characters, and CR, LF and BS for the
     * cursor. No character is written behind the last column; LF on the last row scrolls.
     */
    void write(String text);

    /**
     * What is written from now on looks so. UEFI 2.10,
     * "EFI_SIMPLE_TEXT_OUTPUT_PROTOCOL.SetAttribute()" (12.4): the foreground in bits 3:0, the
     * background in 6:4.
     */
    void attribute(int value);

    /** Clears everything, and puts the cursor at the top left. There are so many from now on. */
    void clear(int columns, int rows);

    void moveTo(int column, int row);

    void showCursor(boolean visible);
}
