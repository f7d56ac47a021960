package dev.lungo.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is wrong with a command: one sentence, status 2, and no file more than before. */
class BadInputTest {
    /** A Multiboot kernel of one HLT at 1 MiB. */
    private static final String KERNEL =
            "02B0AD1B00000100FE4F51E40000100000001000000000000000000020001000F4";

    @TempDir private Path directory;
    private Path kernel;

    @BeforeEach
    void writeKernel() throws IOException {
        kernel = Files.write(directory.resolve("kernel"), HexFormat.of().parseHex(KERNEL));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    run                             | give a guest: "lungo run debian", --disk F or --kernel F
                    run windows                     | there is no guest "windows": give debian, or a kernel with --kernel
                    run debian --kernel K           | debian has its own kernel and initrd: leave out --kernel, --initrd
                    run --kernel D/none             | --kernel: D/none cannot be read: no such file or directory
                    run --kernel D                  | --kernel: D is a directory
                    run --kernel=                   | --kernel needs the name of a file, not ""
                    run --kernel K --initrd D/none  | --initrd: D/none cannot be read: no such file or directory
                    run --kernel K --memory much    | --memory takes a size such as 512M or 2G, not "much"
                    run --kernel K --memory -5M     | --memory takes a size such as 512M or 2G, not "-5M"
                    run --kernel K --memory 1M      | a memory of 1048576 bytes is too small; give at least 2M
                    run --kernel K --memory 9999999T | --memory 9999999T is more than a machine can have
                    run --kernel K --cpus 0         | --cpus takes 1 to 64, not "0"
                    run --kernel K --cpus two       | --cpus takes 1 to 64, not "two"
                    run --kernel K --engine warp    | --engine takes auto or kvm or soft, not "warp"
                    run --kernel K --serial tty     | --serial takes stdio, file:NAME or none, not "tty"
                    run --kernel K --serial file:D/none/log | --serial: D/none/log cannot be written: no such file or directory
                    run --kernel K --trace sins     | --trace takes instructions, exits and ports, not "sins"
                    run --kernel K --trace ports --trace-file D | --trace-file: D cannot be written: is a directory
                    run --kernel K --trace-file D/t | --trace-file needs --trace, which says what is to be listed
                    run --kernel K --timeout 0      | --timeout takes a number of seconds, not "0"
                    run --kernel K --frobnicate     | there is no option --frobnicate; "lungo run --help" lists them
                    run --kernel                    | --kernel needs a value: F
                    run --disk D --firmware grub    | --firmware takes bios, uefi or none, not "grub"
                    run --disk D --boot floppy      | --boot takes disk or cdrom, or both with a comma between, not "floppy"
                    run --disk D --boot disk,disk   | --boot names disk twice
                    run --disk D --report calls     | --report takes firmware or firmware:F, not "calls"
                    run --kernel K --firmware bios  | the BIOS boots from disks: leave out --kernel, or give --firmware uefi or none
                    run --no-reboot=yes             | --no-reboot takes no value
                    run --cpus 1 --cpus 2           | --cpus is given twice
                    walk                            | there is no command walk: give run or metal
                    """)
    void isOneSentenceAndStatus2(String command, String sentence) throws IOException {
        List<Path> before = files();

        Result result = lungo(command.split(" ", -1));

        assertThat(result.standardError).isEqualTo("lungo: " + expanded(sentence) + "\n");
        assertThat(result.status).isEqualTo(2);
        assertThat(files()).isEqualTo(before);
    }

    @Test
    void anUnknownCpuModelIsRefusedWithThoseThereAre() {
        Result result = lungo("run", "--kernel", "K", "--cpu", "z80");

        assertThat(result.standardError).matches("lungo: --cpu takes x86-64-v2.*, not \"z80\"\n");
        assertThat(result.status).isEqualTo(2);
    }

    @Test
    void whatIsNoKernelIsRefusedBeforeAFileIsTouched() throws IOException {
        Path log = Files.writeString(directory.resolve("log"), "of yesterday");
        Files.write(kernel, new byte[5000]);

        Result result = lungo("run", "--kernel", "K", "--serial", "file:" + log);

        assertThat(result.standardError)
                .startsWith("lungo: kernel is not a kernel that can be started")
                .hasLineCount(1);
        assertThat(result.status).isEqualTo(2);
        assertThat(log).hasContent("of yesterday");
    }

    @Test
    void aTruncatedKernelIsRefused() throws IOException {
        byte[] whole = Files.readAllBytes(kernel);
        Files.write(kernel, Arrays.copyOf(whole, whole.length - 10));

        Result result = lungo("run", "--kernel", "K");

        assertThat(result.standardError)
                .startsWith("lungo: kernel is cut short")
                .endsWith("; fetch it again\n")
                .hasLineCount(1);
        assertThat(result.status).isEqualTo(2);
    }

    @Test
    void anInitrdLargerThanMemoryLeavesNoLogBehind() throws IOException {
        Path initrd = Files.write(directory.resolve("initrd"), new byte[5 << 20]);
        List<Path> before = files();

        Result result =
                lungo(
                        ("run --kernel K --memory 4M --serial file:D/log --trace ports"
                                        + " --trace-file D/trace --initrd "
                                        + initrd)
                                .split(" ", -1));

        assertThat(result.standardError)
                .startsWith("lungo: ")
                .contains("initrd")
                .contains("does not fit into a machine with 4 MiB of memory")
                .hasLineCount(1);
        assertThat(result.status).isEqualTo(2);
        assertThat(files()).isEqualTo(before);
    }

    private List<Path> files() throws IOException {
        try (var files = Files.list(directory)) {
            return new ArrayList<>(files.sorted().toList());
        }
    }

    /** K stands for the kernel, and D for the directory. */
    private String expanded(String text) {
        return text.replaceAll("\\bK\\b", kernel.toString())
                .replaceAll("\\bD\\b", directory.toString());
    }

    private record Result(int status, String standardError) {}

    private Result lungo(String... arguments) {
        String[] expanded = new String[arguments.length];
        for (int i = 0; i < arguments.length; i++) {
            expanded[i] = expanded(arguments[i].strip());
        }
        ByteArrayOutputStream error = new ByteArrayOutputStream();
        PrintStream before = System.err;
        System.setErr(new PrintStream(error, true, UTF_8));
        try {
            return new Result(Main.execute(expanded), error.toString(UTF_8));
        } finally {
            System.setErr(before);
        }
    }
}
