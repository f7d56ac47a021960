package dev.lungo.devices.display;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.devices.virtio.TestMemory;
import dev.lungo.isa.Width;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the graphics controller and the sequencer make of accesses at A0000h. */
class VgaMemoryTest {
    private static final int SEQUENCER = 0x3C4;
    private static final int GRAPHICS = 0x3CE;
    private static final int AT = 0x123;

    private final Vga vga = new Vga(new TestMemory(1 << 20));

    @BeforeEach
    void mode12h() {
        out(0x3C2, 0xE3);
        set(SEQUENCER, 2, 0x0F);
        set(SEQUENCER, 4, 0x06);
        set(GRAPHICS, 6, 0x05);
        set(GRAPHICS, 7, 0x0F);
        set(GRAPHICS, 8, 0xFF);
    }

    private void out(int port, int value) {
        vga.write(port - 0x3B0, value);
    }

    private void set(int port, int index, int value) {
        out(port, index);
        out(port + 1, value);
    }

    private void write(int at, int value) {
        vga.planes.write(at, Width.BYTE, value);
    }

    private int read(int at) {
        return (int) vga.planes.read(at, Width.BYTE);
    }

    /** All planes' bytes, the first lowest. */
    private int planes(int at) {
        int all = 0;
        for (int plane = 0; plane < 4; plane++) {
            all |= vga.planes.plane(plane, at) << 8 * plane;
        }
        return all;
    }

    @Test
    void theMapMaskChoosesThePlanesThatAreWritten() {
        set(SEQUENCER, 2, 0b1010);

        write(AT, 0x5A);

        assertThat(planes(AT)).isEqualTo(0x5A005A00);
    }

    @Test
    void readMode0ReadsOnePlane() {
        set(SEQUENCER, 2, 0b0100);
        write(AT, 0x5A);

        set(GRAPHICS, 4, 2);

        assertThat(read(AT)).isEqualTo(0x5A);
    }

    @Test
    void readMode1ComparesColours() {
        set(SEQUENCER, 2, 0b0101);
        write(AT, 0b1100_0000);
        set(SEQUENCER, 2, 0b0001);
        write(AT, 0b1110_0000); // two pixels of colour 5, one of colour 1

        set(GRAPHICS, 5, 1 << 3);
        set(GRAPHICS, 2, 5);
        assertThat(read(AT)).isEqualTo(0b1100_0000);

        set(GRAPHICS, 7, 0b0001); // only the first plane counts
        assertThat(read(AT)).isEqualTo(0b1110_0000);
    }

    @Test
    void setAndResetTakeThePlaceOfData() {
        set(GRAPHICS, 0, 0b0011);
        set(GRAPHICS, 1, 0b0101); // the planes where that holds

        write(AT, 0x0F);

        assertThat(planes(AT)).isEqualTo(0x0F000FFF);
    }

    @Test
    void bitsThatAreMaskedKeepWhatTheLatchesHave() {
        write(AT, 0xFF);
        read(AT);
        set(GRAPHICS, 8, 0x0F);

        write(AT, 0x00);

        assertThat(planes(AT)).isEqualTo(0xF0F0F0F0);
    }

    @Test
    void dataAreRotatedAndCombinedWithTheLatches() {
        write(AT, 0b1111_0000);
        read(AT);
        set(GRAPHICS, 3, 0x18 | 4); // exclusive or, by four bits

        write(AT, 0b1010_0000); // rotated: 0000_1010

        assertThat(planes(AT) & 0xFF).isEqualTo(0b1111_1010);
    }

    @Test
    void writeMode1CopiesTheLatches() {
        set(GRAPHICS, 1, 0x0F);
        set(GRAPHICS, 0, 0x06);
        write(AT, 0);
        read(AT);
        set(GRAPHICS, 5, 1);

        write(AT + 1, 0x77);

        assertThat(planes(AT + 1)).isEqualTo(0x00FFFF00);
    }

    @Test
    void writeMode2WritesAColour() {
        set(GRAPHICS, 5, 2);
        set(GRAPHICS, 8, 0x81);

        write(AT, 0b1001);

        assertThat(planes(AT)).isEqualTo(0x81000081);
    }

    @Test
    void writeMode3HasTheDataMaskTheColour() {
        set(GRAPHICS, 5, 3);
        set(GRAPHICS, 0, 0b0010);
        set(GRAPHICS, 8, 0x3C);

        write(AT, 0xF0);

        assertThat(planes(AT)).isEqualTo(0x00003000);
    }

    @Test
    void chain4PutsFourBytesIntoFourPlanes() {
        set(SEQUENCER, 4, 0x0E);

        vga.planes.write(0x100, Width.DWORD, 0x44332211);

        assertThat(planes(0x100)).isEqualTo(0x44332211);
        assertThat(vga.planes.read(0x102, Width.WORD)).isEqualTo(0x4433);
    }

    @Test
    void oddAddressesAreTheOddPlanes() {
        set(SEQUENCER, 4, 0x02);
        set(GRAPHICS, 5, 0x10);
        set(SEQUENCER, 2, 0x03);

        vga.planes.write(0x100, Width.WORD, 0x0741);

        assertThat(planes(0x100)).isEqualTo(0x0741);
        assertThat(vga.planes.read(0x100, Width.WORD)).isEqualTo(0x0741);
    }

    @Test
    void nobodyAnswersWhileTheMemoryIsElsewhere() {
        set(GRAPHICS, 6, 0x0E); // at B8000h

        write(AT, 0x55);

        assertThat(read(AT)).isEqualTo(0xFF);
        assertThat(planes(AT)).isZero();
    }
}
