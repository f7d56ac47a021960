package dev.lungo.conformance.guests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Guests of a few instructions: how a machine ends, and what the process says of it. */
@Timeout(value = 1, unit = TimeUnit.MINUTES)
class SmallGuestsTest {
    @TempDir private Path directory;

    @Test
    void aMultiboot2KernelGetsItsCommandLine() throws Exception {
        try (Lungo lungo =
                Lungo.run("--kernel", Lungo.guest("mb2.elf"), "--append", "a word or two")) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output()).contains("a word or two", "LUNGO-GUEST-OK multiboot2");
        }
    }

    @Test
    void theDebugExitPortGivesTheStatus() throws Exception {
        try (Lungo lungo = run("B010" + "E6F4" + "F4")) { // mov al,10h; out F4h,al; hlt
            assertThat(lungo.status()).isEqualTo(0x10 << 1 | 1);
        }
    }

    @Test
    void aTripleFaultShowsRegistersAndInstructions() throws Exception {
        // lidt [no_idt]; mov eax,12345678h; int3; no_idt: limit 0
        try (Lungo lungo = run("0F011D2E001000" + "B878563412" + "CC" + "90" + "000000000000")) {
            assertThat(lungo.status()).isEqualTo(3);
            assertThat(lungo.standardError())
                    .contains("the guest crashed", "0000000012345678", "int3");
        }
    }

    @Test
    void addressesWrapAtTheSecondMebibyteWhileA20IsClosed() throws Exception {
        String moveTo7000h =
                "BE38001000" // mov esi,payload
                        + "BF00700000" // mov edi,7000h
                        + "B940000000" // mov ecx,64
                        + "F3A4" // rep movsb
                        + "B800700000" // mov eax,7000h
                        + "FFE0"; // jmp eax
        String payload =
                "C6050006000011" // mov byte [600h],11h
                        + "C6050006100022" // mov byte [100600h],22h
                        + "B000E692" // close the gate: mov al,0; out 92h,al
                        + "8A1D00061000" // mov bl,[100600h]: 11h
                        + "B002E692" // open it: mov al,2; out 92h,al
                        + "021D00061000" // add bl,[100600h]: and 22h
                        + "88D8" // mov al,bl
                        + "E6F4"; // out F4h,al
        try (Lungo lungo = run(moveTo7000h + payload)) {
            assertThat(lungo.status()).isEqualTo(0x33 << 1 | 1);
        }
    }

    @Test
    void anX87ErrorIsInterrupt13WhereTheGuestWantsItTheOldWay() throws Exception {
        String divideByZero =
                "BC00800000" // mov esp,8000h
                        + "0F011D5C001000" // lidt [idtr]
                        + "B0FBE621B0DFE6A1" // open the cascade and IRQ 13 at the 8259s
                        + "31DB" // xor ebx,ebx
                        + "DBE3D92D5A001000" // fninit; fldcw [cw]
                        + "D9E8D9EEDEF9" // fld1; fldz; fdivp: CR0.NE is clear
                        + "FBD9E8" // sti; fld1: waits for the interrupt, and is done after it
                        + "89D8E6F4"; // mov eax,ebx; out F4h,al
        String handler =
                "E6F0" // out F0h,al: acknowledged, and IGNNE#
                        + "9B" // fwait: goes on for it
                        + "DBE2" // fnclex
                        + "B020E6A0E620" // end of interrupt
                        + "83C32ACF"; // add ebx,2Ah; iret
        String controlWord = "7B03"; // division by zero unmasked
        String idtr = "AF03BAFC0F00"; // so that vector 75h is what follows
        String gate = "4B001000008E1000";
        try (Lungo lungo = run(divideByZero + handler + controlWord + idtr + gate)) {
            assertThat(lungo.status()).isEqualTo(0x2A << 1 | 1);
        }
    }

    @Test
    void aTripleFaultShowsTheWayThere() throws Exception {
        // lidt [no_idt]; mov ecx,3; loop to itself; jmp over the hlt; hlt; int3; no_idt: limit 0
        try (Lungo lungo =
                run("0F011D32001000" + "B903000000" + "E2FE" + "EB01" + "F4" + "CC000000000000")) {
            assertThat(lungo.status()).isEqualTo(3);
            String said = lungo.standardError();
            assertThat(said.substring(0, said.indexOf("The instructions at RIP")))
                    .containsSubsequence("lidt", "loop", "jmp 0x100031", "int3")
                    .doesNotContain("hlt");
        }
    }

    @Test
    void aGuestThatDoesNotEndTimesOut() throws Exception {
        try (Lungo lungo = run("EBFE", "--timeout", "1")) { // jmp to itself
            assertThat(lungo.status()).isEqualTo(4);
        }
    }

    @Test
    void aGuestThatSleepsForEverTimesOutToo() throws Exception {
        try (Lungo lungo = run("FA" + "F4" + "EBFD", "--timeout", "1")) { // cli; hlt
            assertThat(lungo.status()).isEqualTo(4);
        }
    }

    @Test
    void ctrlAXEndsAGuestThatDoesNotListen() throws Exception {
        try (Lungo lungo = run("EBFE")) {
            lungo.type("\u0001x");

            assertThat(lungo.status()).isZero();
        }
    }

    @Test
    void portsAreTraced() throws Exception {
        Path trace = directory.resolve("trace");

        try (Lungo lungo =
                run(
                        "B041"
                                + "66BAF803"
                                + "EE"
                                + "E480"
                                + "B000"
                                + "E6F4", // 'A' out 3F8h; in 80h
                        "--trace",
                        "ports",
                        "--trace-file",
                        trace.toString())) {
            assertThat(lungo.status()).isEqualTo(1);
            assertThat(lungo.output()).isEqualTo("A");
        }

        assertThat(trace)
                .content()
                .isEqualTo("out 3f8 BYTE <- 41\nin  80 BYTE -> 0\nout f4 BYTE <- 0\n");
    }

    @Test
    void sigtermEndsItWithAllOfItsTraceWritten() throws Exception {
        Path trace = directory.resolve("trace");

        try (Lungo lungo =
                run(
                        "66BAF803" + "B021" + "EE" + "EBFE", // mov dx,3F8h; mov al,'!'; out; jmp
                        "--trace",
                        "ports",
                        "--trace-file",
                        trace.toString())) {
            assertThat(lungo.prints("!")).isTrue();
            lungo.terminate();

            assertThat(lungo.status()).isEqualTo(128 + 15);
            assertThat(lungo.standardError()).isEmpty();
        }

        assertThat(trace).content().isEqualTo("out 3f8 BYTE <- 21\n");
    }

    @Test
    void instructionsAreTraced() throws Exception {
        Path trace = directory.resolve("trace");

        try (Lungo lungo =
                run(
                        "B002" + "FEC8" + "75FC" + "E6F4",
                        "--trace",
                        "instructions",
                        "--trace-file",
                        trace.toString())) {
            assertThat(lungo.status()).isEqualTo(1);
        }

        assertThat(trace)
                .content()
                .startsWith(
                        """
                        0 0000000000100020  mov al,0x2
                        0 0000000000100022  dec al
                        0 0000000000100024  jne 0x100022
                        0 0000000000100022  dec al
                        0 0000000000100024  jne 0x100022
                        0 0000000000100026  out 0xf4,al
                        """);
    }

    @Test
    void bothTiersCountTheSameInstructions() throws Exception {
        String loop =
                "BC00800000" // mov esp,8000h
                        + "B900100000" // mov ecx,1000h
                        + "50" // next: push eax
                        + "E80F000000" // call more
                        + "9F" // lahf
                        + "5A" // pop edx
                        + "F6C103" // test cl,3
                        + "7401" // jz over
                        + "40" // inc eax
                        + "49" // over: dec ecx
                        + "75EF" // jnz next
                        + "B000E6F4" // mov al,0; out F4h,al
                        + "C3"; // more: ret
        String instructions = Integer.toString(2 + 0x1000 * 9 + 0x1000 * 3 / 4 + 2);

        for (String tier : new String[] {"interpreter", "native"}) {
            try (Lungo lungo = run(loop, "--stats", "--tier", tier)) {
                assertThat(lungo.status()).isEqualTo(1);
                assertThat(lungo.standardError().replace(",", ""))
                        .containsPattern("guest instructions +" + instructions + "\\n");
            }
        }
    }

    @Test
    void statisticsTellWhyTranslatedCodeWasLeft() throws Exception {
        String loop = "B900100000" + "0F00C0" + "49" + "75FA" + "B000E6F4"; // sldt eax
        try (Lungo lungo = run(loop, "--stats", "--tier", "native")) {
            assertThat(lungo.status()).isEqualTo(1);
            assertThat(lungo.standardError())
                    .startsWith("processor 0\n")
                    .containsPattern("units translated +\\d")
                    .containsPattern("SLDT +no emitter +\\d,\\d\\d\\d\\n");
        }
    }

    @Test
    void perfIsToldOfTranslatedCode() throws Exception {
        String loop = "B900100000" + "49" + "75FD" + "EBFE"; // dec ecx, jnz; jmp to itself
        try (Lungo lungo = run(loop, "--perf-map", "--tier", "native", "--timeout", "1")) {
            assertThat(lungo.status()).isEqualTo(4);
            Path map = Path.of("/tmp", "perf-" + lungo.pid() + ".map");
            assertThat(map)
                    .content()
                    .containsPattern("[0-9a-f]+ [0-9a-f]+ guest:100025 32-bit supervisor");
            Files.delete(map);
        }
    }

    @Test
    void otherHostsInterpretAndSaySo() throws Exception {
        try (Lungo lungo =
                Lungo.run(
                        Map.of("JDK_JAVA_OPTIONS", "-Dos.name=FreeBSD"),
                        options("B010" + "E6F4", "--tier", "native"))) {
            assertThat(lungo.status()).isEqualTo(0x10 << 1 | 1);
            assertThat(lungo.standardError().lines().filter(each -> each.startsWith("lungo")))
                    .containsExactly(
                            "lungo: there is no native tier on FreeBSD (amd64): everything is"
                                    + " interpreted");
        }
    }

    @Test
    void translatedCodeIsCheckedWhereThatIsAskedFor() throws Exception {
        String loop =
                "BC00800000" // mov esp,8000h
                        + "B900100000" // mov ecx,1000h
                        + "51" // next: push ecx
                        + "9F" // lahf
                        + "890C24" // mov [esp],ecx
                        + "5A" // pop edx
                        + "49" // dec ecx
                        + "75F7" // jnz next
                        + "88D0E6F4"; // mov al,dl; out F4h,al
        try (Lungo lungo = run(loop, "--check", "--tier", "native")) {
            assertThat(lungo.status()).isEqualTo(1 << 1 | 1);
            assertThat(lungo.standardError()).isEmpty();
        }
    }

    @Test
    void theMonitorTellsStatisticsToo() throws Exception {
        try (Lungo lungo = run("EBFE")) {
            lungo.type("\u0001cstats\n");

            assertThat(lungo.prints(Pattern.compile("blocks lowered +\\d+\\n"), 1)).isTrue();
            lungo.type("\u0001x");
            assertThat(lungo.status()).isZero();
        }
    }

    private Lungo run(String code, String... options) throws IOException {
        return Lungo.run(options(code, options));
    }

    private String[] options(String code, String... options) throws IOException {
        Path kernel = SmallGuest.write(directory.resolve("kernel"), code);
        String[] arguments = Arrays.copyOf(options, options.length + 4);
        arguments[options.length] = "--kernel";
        arguments[options.length + 1] = kernel.toString();
        arguments[options.length + 2] = "--memory";
        arguments[options.length + 3] = "16M";
        return arguments;
    }
}
