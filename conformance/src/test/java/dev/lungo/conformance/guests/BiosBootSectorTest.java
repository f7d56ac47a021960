package dev.lungo.conformance.guests;

import static dev.lungo.isa.Mnemonic.CALL;
import static dev.lungo.isa.Mnemonic.CMP;
import static dev.lungo.isa.Mnemonic.IN;
import static dev.lungo.isa.Mnemonic.INC;
import static dev.lungo.isa.Mnemonic.INT;
import static dev.lungo.isa.Mnemonic.IRET;
import static dev.lungo.isa.Mnemonic.JB;
import static dev.lungo.isa.Mnemonic.JMP;
import static dev.lungo.isa.Mnemonic.JNZ;
import static dev.lungo.isa.Mnemonic.JZ;
import static dev.lungo.isa.Mnemonic.LODS;
import static dev.lungo.isa.Mnemonic.MOV;
import static dev.lungo.isa.Mnemonic.OUT;
import static dev.lungo.isa.Mnemonic.POP;
import static dev.lungo.isa.Mnemonic.PUSH;
import static dev.lungo.isa.Mnemonic.RET;
import static dev.lungo.isa.Mnemonic.STOS;
import static dev.lungo.isa.Mnemonic.TEST;
import static dev.lungo.isa.Mnemonic.XOR;
import static dev.lungo.isa.Operands.AH;
import static dev.lungo.isa.Operands.AL;
import static dev.lungo.isa.Operands.AX;
import static dev.lungo.isa.Operands.BX;
import static dev.lungo.isa.Operands.CX;
import static dev.lungo.isa.Operands.DH;
import static dev.lungo.isa.Operands.DI;
import static dev.lungo.isa.Operands.DS;
import static dev.lungo.isa.Operands.DX;
import static dev.lungo.isa.Operands.EAX;
import static dev.lungo.isa.Operands.EBX;
import static dev.lungo.isa.Operands.ECX;
import static dev.lungo.isa.Operands.EDX;
import static dev.lungo.isa.Operands.ES;
import static dev.lungo.isa.Operands.SI;
import static dev.lungo.isa.Operands.abs;
import static dev.lungo.isa.Operands.imm;
import static dev.lungo.isa.Operands.in;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Assembler;
import dev.lungo.isa.CodeMode;
import dev.lungo.isa.Segment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A boot sector of ours that uses INT 10h, 13h, 15h and 16h. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class BiosBootSectorTest {
    private static final int SMAP = 0x534D4150;
    private static final int SECOND_SECTOR = 0x7E00;

    // Of a program of keys, whose segments are zero.
    private static final int TICKS = 0x600;
    private static final int REQUESTS = 0x601;
    private static final int OLD = 0x604; // INT 15h

    @TempDir private Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"soft", "kvm"})
    void itPrintsReadsAsksAndEchoes(String engine) throws Exception {
        Lungo.assumeEngine(engine);
        Path disk = disk(BiosBootSectorTest::program);

        try (Lungo lungo = Lungo.run("--disk", disk.toString(), "--engine", engine)) {
            assertThat(lungo.prints("from the second sector")).isTrue();
            lungo.type("abq");

            assertThat(lungo.status()).isEqualTo(0x10 << 1 | 1);
            assertThat(lungo.output()).isEqualTo("booted\r\nfrom the second sector\r\nabq");
        }
    }

    @Test
    void aDiskWithNothingToBootIsToldInOneSentence() throws Exception {
        Path disk = directory.resolve("empty.img");
        Files.write(disk, new byte[1 << 20]);

        try (Lungo lungo = Lungo.run("--disk", disk.toString())) {
            assertThat(lungo.status()).isEqualTo(2);
            assertThat(lungo.standardError())
                    .isEqualTo(
                            "lungo: nothing could be booted by BIOS: disk 1 has no boot sector,"
                                    + " whose last bytes would be 55 AA\n");
        }
    }

    @Test
    void theReportListsWhatWasCalled() throws Exception {
        Path disk = disk(a -> a.op(MOV, AX, imm(0xD800)).op(INT, imm(0x15)).op(OUT, imm(0xF4), AL));

        try (Lungo lungo = Lungo.run("--disk", disk.toString(), "--report", "firmware")) {
            assertThat(lungo.status()).isNotZero();
            assertThat(lungo.standardError())
                    .contains(
                            "asked for and not there:\nINT 15h AH=D8h: 1 times, CF, AH=86h, from");
        }
    }

    @Test
    void theScreenIsKept() throws Exception {
        Path disk = disk(BiosBootSectorTest::program);
        Path screen = directory.resolve("screen.txt");

        try (Lungo lungo =
                Lungo.run("--disk", disk.toString(), "--screen", screen.toString()).type("q")) {
            assertThat(lungo.status()).isEqualTo(0x10 << 1 | 1);
        }
        assertThat(screen).hasContent("booted\nfrom the second sector\nq\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"soft", "kvm"})
    void planesAndTheFrameBuffersWindowShowWhatIsWritten(String engine) throws Exception {
        Lungo.assumeEngine(engine);

        byte[] planes = screen(engine, a -> draw(a, 0x0012));
        byte[] window = screen(engine, a -> draw(a, 0x4F02));

        assertThat(new String(planes, 0, 14, US_ASCII)).isEqualTo("P6 640 480 255");
        assertThat(pixel(planes, 640, 5 * 8)).isEqualTo(0xAA00AA); // a byte is eight pixels
        assertThat(pixel(planes, 640, 5 * 8 + 1)).as("masked").isZero();
        assertThat(new String(window, 0, 14, US_ASCII)).isEqualTo("P6 640 480 255");
        assertThat(pixel(window, 640, 0x10005)).isEqualTo(0xAA00AA);
    }

    /** The controller gives them to who asks for it, as if they came from the keyboard. */
    @ParameterizedTest
    @ValueSource(strings = {"soft", "kvm"})
    void keysOfTheControllerPauseCallAndTypeByNumber(String engine) throws Exception {
        Lungo.assumeEngine(engine);
        Path disk = disk(BiosBootSectorTest::pressKeys);

        try (Lungo lungo = Lungo.run("--disk", disk.toString(), "--engine", engine)) {
            assertThat(lungo.status()).isEqualTo(0x10 << 1 | 1);
        }
    }

    private byte[] screen(String engine, Consumer<Assembler> program) throws Exception {
        Path screen = directory.resolve("screen.ppm");
        Path disk = disk(program);
        try (Lungo lungo =
                Lungo.run(
                        "--disk",
                        disk.toString(),
                        "--engine",
                        engine,
                        "--screen",
                        screen.toString())) {
            assertThat(lungo.status()).isEqualTo(0x10 << 1 | 1);
        }
        return Files.readAllBytes(screen);
    }

    private static int pixel(byte[] ppm, int width, int number) {
        int at = ppm.length - 3 * width * 480 + 3 * number;
        return (ppm[at] & 0xFF) << 16 | (ppm[at + 1] & 0xFF) << 8 | ppm[at + 2] & 0xFF;
    }

    /** Writes bytes to A0000h: by write mode 2 and a bit mask, or into the second bank. */
    private static void draw(Assembler a, int function) {
        a.op(MOV, AX, imm(function)).op(MOV, BX, imm(0x101)).op(INT, imm(0x10));
        a.op(MOV, AX, imm(0xA000)).op(MOV, ES, AX);
        if (function == 0x0012) {
            a.op(MOV, DX, imm(0x3CE)).op(MOV, AX, imm(0x0205)).op(OUT, DX, AX);
            a.op(MOV, AX, imm(0x8008)).op(OUT, DX, AX);
        } else {
            a.op(MOV, AX, imm(0x4F05)).op(MOV, BX, imm(0)).op(MOV, DX, imm(1)).op(INT, imm(0x10));
        }
        a.op(XOR, DI, DI).label("fill").op(MOV, AX, DI).string(STOS, 1);
        a.op(CMP, DI, imm(0x200)).jump(JNZ, "fill");
        a.op(MOV, AL, imm(0x10)).label("end").op(OUT, imm(0xF4), AL).jump(JMP, "end");
    }

    /** Prints, reads the second sector, prints that, and what is typed until a q comes. */
    private static void program(Assembler a) {
        a.op(PUSH, DX).op(XOR, AX, AX).op(MOV, DS, AX).op(MOV, ES, AX);
        a.op(MOV, SI, imm(a.address("hello"))).jump(CALL, "print");

        a.op(XOR, EBX, EBX).op(MOV, EDX, imm(SMAP)).op(MOV, ECX, imm(20)).op(MOV, DI, imm(0x600));
        a.op(MOV, EAX, imm(0xE820)).op(INT, imm(0x15)).jump(JB, "bad");
        a.op(CMP, EAX, imm(SMAP)).jump(JNZ, "bad");

        a.op(POP, DX).op(MOV, DH, imm(0)).op(MOV, CX, imm(2)).op(MOV, BX, imm(SECOND_SECTOR));
        a.op(MOV, AX, imm(0x0201)).op(INT, imm(0x13)).jump(JB, "bad");
        a.op(MOV, SI, imm(SECOND_SECTOR)).jump(CALL, "print");

        a.label("echo").op(MOV, AH, imm(0)).op(INT, imm(0x16));
        a.op(PUSH, AX).op(MOV, AH, imm(0x0E)).op(MOV, BX, imm(7)).op(INT, imm(0x10)).op(POP, AX);
        a.op(CMP, AL, imm('q')).jump(JNZ, "echo");
        a.op(MOV, AL, imm(0x10)).label("end").op(OUT, imm(0xF4), AL).jump(JMP, "end");
        a.label("bad").op(MOV, AL, imm(0x20)).jump(JMP, "end");

        a.label("print").string(LODS, 1).op(TEST, AL, AL).jump(JZ, "printed");
        a.op(MOV, AH, imm(0x0E)).op(MOV, BX, imm(7)).op(INT, imm(0x10)).jump(JMP, "print");
        a.label("printed").op(RET);
        a.label("hello");
        for (byte each : "booted\r\n\0".getBytes(US_ASCII)) {
            a.db(each);
        }
    }

    /** Pauses until the timer presses a key, then SysRq, then Alt with 6 and 5. */
    private static void pressKeys(Assembler a) {
        a.op(XOR, AX, AX).op(MOV, DS, AX);
        a.op(MOV, AX, imm(a.address("tick"))).op(MOV, abs(2, 4 * 0x1C, 2), AX);
        a.op(MOV, abs(2, 4 * 0x1C + 2, 2), DS);
        for (int code : new int[] {0xE1, 0x1D, 0x45}) {
            a.op(MOV, AH, imm(code)).jump(CALL, "press");
        }
        a.op(CMP, abs(1, TICKS, 2), imm(6)).jump(JB, "bad"); // it waited
        a.op(MOV, AH, imm(1)).op(INT, imm(0x16)).jump(JNZ, "bad"); // and took the key

        a.op(MOV, AX, abs(2, 4 * 0x15, 2)).op(MOV, abs(2, OLD, 2), AX);
        a.op(MOV, AX, abs(2, 4 * 0x15 + 2, 2)).op(MOV, abs(2, OLD + 2, 2), AX);
        a.op(MOV, AX, imm(a.address("system"))).op(MOV, abs(2, 4 * 0x15, 2), AX);
        a.op(MOV, abs(2, 4 * 0x15 + 2, 2), DS);
        for (int code : new int[] {0x54, 0xD4, 0x38, 0x4D, 0xCD, 0x4C, 0xCC, 0xB8}) {
            a.op(MOV, AH, imm(code)).jump(CALL, "press");
        }
        a.op(CMP, abs(1, REQUESTS, 2), imm(2)).jump(JNZ, "bad");
        a.op(MOV, AH, imm(0)).op(INT, imm(0x16)).op(CMP, AX, imm(65)).jump(JNZ, "bad");
        a.op(MOV, AL, imm(0x10)).label("end").op(OUT, imm(0xF4), AL).jump(JMP, "end");
        a.label("bad").op(MOV, AL, imm(0x20)).jump(JMP, "end");

        a.label("press").op(IN, AL, imm(0x64)).op(TEST, AL, imm(3)).jump(JNZ, "press");
        a.op(MOV, AL, imm(0xD2)).op(OUT, imm(0x64), AL);
        a.op(MOV, AL, AH).op(OUT, imm(0x60), AL);
        a.label("taken").op(IN, AL, imm(0x64)).op(TEST, AL, imm(1)).jump(JNZ, "taken").op(RET);

        a.label("tick").op(PUSH, AX).op(INC, in(Segment.CS, abs(1, TICKS, 2)));
        a.op(CMP, in(Segment.CS, abs(1, TICKS, 2)), imm(6)).jump(JNZ, "ticked");
        a.op(MOV, AL, imm(0xD2)).op(OUT, imm(0x64), AL);
        a.op(MOV, AL, imm(0x1E)).op(OUT, imm(0x60), AL);
        a.label("ticked").op(POP, AX).op(IRET);

        a.label("system").op(CMP, AH, imm(0x85)).jump(JNZ, "chain");
        a.op(INC, in(Segment.CS, abs(1, REQUESTS, 2)))
                .label("chain")
                .db(0x2E, 0xFF, 0x2E, OLD, OLD >> 8);
    }

    private Path disk(Consumer<Assembler> program) throws Exception {
        byte[] code = Assembler.assemble(CodeMode.CODE16, 0x7C00, program);
        byte[] image = Arrays.copyOf(code, 1 << 20);
        image[510] = 0x55;
        image[511] = (byte) 0xAA;
        byte[] text = "from the second sector\r\n\0".getBytes(US_ASCII);
        System.arraycopy(text, 0, image, 512, text.length);
        return Files.write(directory.resolve("disk.img"), image);
    }
}
