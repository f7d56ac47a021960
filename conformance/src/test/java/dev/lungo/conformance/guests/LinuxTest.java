package dev.lungo.conformance.guests;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Debian's kernels from the loader to power-off. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LinuxTest {
    private static final Pattern MARKER = Pattern.compile("LUNGO-GUEST-OK");

    /** Beyond the guest's RAM and the code translated from it, in KiB. */
    private static final long RESIDENT_LIMIT = 200 << 10;

    @ParameterizedTest
    @ValueSource(strings = {"vmlinuz-cloud", "vmlinuz-amd64", "vmlinuz-rt-amd64", "vmlinux-cloud"})
    void bootsToItsMarkerAndPowersOff(String kernel) throws Exception {
        try (Lungo lungo = boot(kernel, "console=ttyS0 panic=-1")) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output())
                    .contains("LUNGO-GUEST-OK", "FACT cpus 1")
                    .contains("x86/PAT: Configuration [0-7]: WB  WC  UC- UC")
                    .doesNotContain("TROUBLE");
            assertThat(lungo.standardError()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"vmlinuz-cloud", "vmlinux-cloud"})
    void bootsInterpreted(String kernel) throws Exception {
        try (Lungo lungo = boot(kernel, "console=ttyS0 panic=-1", "--tier", "interpreter")) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output())
                    .contains("LUNGO-GUEST-OK", "FACT cpus 1")
                    .doesNotContain("TROUBLE");
            assertThat(lungo.standardError()).isEmpty();
        }
    }

    /** Minutes each: only where {@code -Dlungo.check=true} asks for it. */
    @ParameterizedTest
    @EnabledIfSystemProperty(named = "lungo.check", matches = "true")
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    @ValueSource(strings = {"vmlinuz-cloud", "vmlinuz-amd64", "vmlinuz-rt-amd64"})
    void bothTiersDoTheSameAllTheWay(String kernel) throws Exception {
        try (Lungo lungo =
                bootFor("1780", kernel, "console=ttyS0 panic=-1", "--tier", "native", "--check")) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output()).contains("LUNGO-GUEST-OK");
            assertThat(lungo.standardError()).isEmpty();
        }
    }

    @Test
    void hasTheProcessorsAndTheMemoryItWasGiven() throws Exception {
        try (Lungo lungo =
                boot("vmlinuz-cloud", "console=ttyS0 panic=-1", "--cpus", "2", "--memory", "4G")) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output()).contains("FACT cpus 2").doesNotContain("TROUBLE");
            Pattern memory = Pattern.compile("FACT memory (\\d+) kB");
            assertThat(memory.matcher(lungo.output()).results())
                    .singleElement()
                    .satisfies(each ->
                            assertThat(Long.parseLong(each.group(1)))
                                    .isBetween(3_800_000L, 4_194_304L));
        }
    }

    /** For ten minutes, -Dlungo.stressSeconds=600. */
    @ParameterizedTest
    @CsvSource({"2, native", "4, native", "2, interpreter"})
    @Timeout(value = 30, unit = TimeUnit.MINUTES)
    void severalProcessorsLoseNothingOfWhatTheyShare(String cpus, String tier) throws Exception {
        int seconds = Integer.getInteger("lungo.stressSeconds", 4);
        try (Lungo lungo =
                bootFor(
                        String.valueOf(3 * seconds + 200),
                        "vmlinuz-cloud",
                        "console=ttyS0 panic=-1 guest=stress:" + seconds,
                        "--cpus",
                        cpus,
                        "--tier",
                        tier)) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output())
                    .contains("STRESS-OK", "FACT cpus " + cpus)
                    .doesNotContain("TROUBLE")
                    .doesNotContainPattern("soft lockup|rcu: INFO|Marking TSC unstable");
            assertThat(lungo.standardError()).isEmpty();
        }
    }

    @Test
    void aRebootIsARealResetAndASecondBoot() throws Exception {
        try (Lungo lungo = boot("vmlinuz-cloud", "console=ttyS0 panic=-1 guest=reboot")) {
            assertThat(lungo.prints(MARKER, 2)).isTrue();
        }
    }

    @Test
    void aRebootIsTheEndWhereThatIsAskedFor() throws Exception {
        try (Lungo lungo =
                boot("vmlinuz-cloud", "console=ttyS0 panic=-1 guest=reboot", "--no-reboot")) {
            assertThat(lungo.status()).isZero();
            assertThat(MARKER.matcher(lungo.output()).results()).hasSize(1);
        }
    }

    @Test
    void aKernelThatPanicsRebootsByItself() throws Exception {
        try (Lungo lungo =
                boot("vmlinuz-cloud", "console=ttyS0 panic=-1 guest=crash", "--no-reboot")) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output()).contains("Kernel panic - not syncing: sysrq triggered");
        }
    }

    @Test
    void aShellAnswersOnTheSerialPortAndTheProcessStaysSmall() throws Exception {
        try (Lungo lungo = boot("vmlinuz-cloud", "console=ttyS0 panic=-1 guest=shell")) {
            assertThat(lungo.prints("LUNGO-GUEST-OK")).isTrue();
            assertThat(lungo.prints("# ")).isTrue();

            lungo.type("echo $((6 * 7))=answer\n");

            assertThat(lungo.prints("42=answer")).isTrue();
            assertThat(residentBesidesGuest(lungo.pid())).isLessThan(RESIDENT_LIMIT);
            lungo.type("exit\n");
            assertThat(lungo.status()).isZero();
        }
    }

    @Test
    void theMonitorLooksIntoARunningKernel() throws Exception {
        try (Lungo lungo = boot("vmlinuz-cloud", "console=ttyS0 panic=-1 guest=shell")) {
            assertThat(lungo.prints("LUNGO-GUEST-OK")).isTrue();
            assertThat(lungo.prints("# ")).isTrue();

            lungo.type("\u0001cstop\n");
            assertThat(lungo.prints(Pattern.compile("\\n[0-9a-f]{16}  .*\\n"), 1)).isTrue();
            lungo.type("registers\nx/16 rip\ndisassemble\n");
            assertThat(lungo.prints("RIP ffffffff")).as("the kernel's half").isTrue();
            lungo.type("continue\necho back\n");

            assertThat(lungo.prints("\nback")).isTrue();
            lungo.type("\u0001x");
            assertThat(lungo.status()).isZero();
        }
    }

    @Test
    void theSerialPortCanBeAFile() throws Exception {
        Path log = Files.createTempFile("lungo", ".log");
        try (Lungo lungo =
                boot("vmlinuz-cloud", "console=ttyS0 panic=-1", "--serial", "file:" + log)) {
            assertThat(lungo.status()).isZero();
            assertThat(lungo.output()).isEmpty();
            assertThat(log).content().contains("LUNGO-GUEST-OK");
        } finally {
            Files.delete(log);
        }
    }

    private static Lungo boot(String kernel, String commandLine, String... more)
            throws IOException {
        return bootFor("280", kernel, commandLine, more);
    }

    private static Lungo bootFor(String seconds, String kernel, String commandLine, String... more)
            throws IOException {
        String[] arguments = {
            "--kernel",
            Lungo.guest(kernel),
            "--initrd",
            Lungo.guest("initramfs.cpio.gz"),
            "--append",
            commandLine,
            "--timeout",
            seconds
        };
        String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
        System.arraycopy(more, 0, all, arguments.length, more.length);
        return Lungo.run(all);
    }

    /** In KiB: what proc(5) smaps says of all mappings but the RAM, which is 512 MiB or merged. */
    private static long residentBesidesGuest(long pid) throws IOException {
        long total = 0;
        long size = 0;
        long ofGuest = 0;
        boolean ofCode = false;
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/smaps"))) {
            if (line.contains("/memfd:lungo-code")) {
                ofCode = true;
            } else if (line.startsWith("VmFlags:")) { // the last of a mapping
                ofCode = false;
            } else if (line.startsWith("Size:")) {
                size = kibibytes(line);
            } else if (line.startsWith("Rss:") && !ofCode) {
                total += kibibytes(line);
                if (size >= 512 << 10) {
                    ofGuest = Math.max(ofGuest, kibibytes(line));
                }
            }
        }
        return total - ofGuest;
    }

    private static long kibibytes(String line) {
        return Long.parseLong(line.replaceAll("\\D", ""));
    }
}
