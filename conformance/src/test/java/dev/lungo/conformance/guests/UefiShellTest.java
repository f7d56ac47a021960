package dev.lungo.conformance.guests;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.Tools;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** OVMF's own shell looks at handles, drivers, memory, variables and files. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class UefiShellTest {
    private static final int MIB = 1 << 20;
    private static final Pattern ESCAPES = Pattern.compile("\u001B\\[[0-9;?]*[A-Za-z]|\r");

    @TempDir private Path directory;

    @Test
    void commandsShowTheMachineAsItIs() throws Exception {
        Map<String, String> said = run("map", "ls", "memmap", "dh", "dmpstore", "pci");

        assertThat(said.get("map"))
                .contains("FS0: Alias(s):HD0b:", "PciRoot(0x0)/Pci(0x1,0x0)/HD(1,GPT,", "BLK0:");
        assertThat(said.get("ls")).contains("<DIR>", "EFI", "startup.nsh", "1 File(s)", "1 Dir(s)");
        assertThat(said.get("memmap"))
                .containsPattern("LoaderCode: +[0-9,]+ Pages")
                .contains("RT_Data")
                .containsPattern("Total Memory: +51[12] MB");
        assertThat(said.get("dh"))
                .contains("PCIRootBridgeIO", "BlockIO", "DiskIO", "SimpleFileSystem", "SerialIO")
                .contains("LoadedImage(\\EFI\\BOOT\\BOOTX64.EFI)", "HIIDatabase", "DriverBinding");
        assertThat(said.get("dmpstore"))
                .contains("Variable RT+BS 'EFIGlobalVariable:SecureBoot' DataSize = 0x01");
        assertThat(said.get("pci"))
                .contains("Bridge Device - Host/PCI bridge", "Vendor 1AF4 Device 1042");
    }

    @Test
    void driversAreShownDisconnectedAndReconnected() throws Exception {
        Map<String, String> said =
                run(
                        "devices",
                        "drivers",
                        "disconnect -r",
                        "dh",
                        "connect -r",
                        "devtree",
                        "map -r",
                        "fs0:",
                        "ls");

        assertThat(said.get("devices"))
                .containsPattern("R - - +0 +1 +[0-9]+ PCI Root Bridge")
                .containsPattern("B - - +1 +3 +1 Virtio Disk")
                .containsPattern("D - - +1 +2 +0 File System ESP");
        assertThat(said.get("drivers"))
                .containsPattern("0000000A B - - +1 +[0-9]+ PCI Bus Driver")
                .containsPattern("0000000A D - - +1 +- File System Driver");
        assertThat(said.get("dh")) // the shell has the consoles back at once
                .contains("SerialIO")
                .doesNotContain("BlockIO");
        assertThat(said.get("devtree"))
                .containsPattern(
                        "(?s) Ctrl\\[..\\] PCI Root Bridge.*   Ctrl\\[..\\] Virtio Disk\\R"
                                + "     Ctrl\\[..\\] File System ESP\\R");
        assertThat(said.get("ls")).contains("startup.nsh");
    }

    /** The first is chosen by BootNext, the second in the menu, but its file is gone. */
    @Test
    void entriesAreStartedAsChosenAndTheNextIfThereIsNoSuchFile() throws Exception {
        String set = "setvar %s -guid 8be4df61-93ca-11d2-aa0d-00e098032b8c -nv -bs -rt =%s\n";
        String script =
                "@echo -off\nfs0:\n"
                        + "if exist fs0:\\third then\n"
                        + "  echo @@ third\n  dmpstore BootCurrent\n  reset -s\nendif\n"
                        + "if exist fs0:\\second then\n"
                        + "  echo @@ second\n  dmpstore BootCurrent\n  dmpstore BootNext\n  "
                        + set.formatted("BootNext", "7700")
                        + set.formatted("Timeout", "3C00")
                        + "  echo 3 > fs0:\\third\n  reset\nendif\n"
                        + "echo @@ first\n"
                        + "echo 1 > fs0:\\gone.efi\n"
                        + "bcfg boot add 0 fs0:\\gone.efi Gone\n"
                        + "bcfg boot add 1 fs0:\\EFI\\BOOT\\BOOTX64.EFI Again\n"
                        + "del fs0:\\gone.efi\n"
                        + set.formatted("BootNext", "0100")
                        + "echo 2 > fs0:\\second\nreset\n";
        Path disk = disk(script);
        try (Lungo lungo = start(disk)) {
            for (int boot = 1; boot <= 2; boot++) {
                assertThat(lungo.prints(Pattern.compile("in 5 seconds"), boot)).isTrue();
                lungo.type("x"); // any key but Escape
            }
            assertThat(lungo.prints("Press Escape for a menu")).isTrue();
            lungo.type("\u001B");
            assertThat(lungo.prints("Enter for the usual order")).isTrue();
            lungo.type("1\r");
            assertThat(lungo.prints(Pattern.compile("in 5 seconds"), 3)).isTrue();
            lungo.type("x");

            assertThat(lungo.status()).isZero();
            String[] boots = ESCAPES.matcher(lungo.output()).replaceAll("").split("@@ ", -1);
            assertThat(boots[2])
                    .startsWith("second")
                    .contains("'EFIGlobalVariable:BootCurrent' DataSize = 0x02\n  00000000: 01 00")
                    .contains("No matching variables found")
                    .contains("1  Boot0000 (Gone)", "2  Boot0001 (Again)", "3  the default loader");
            assertThat(boots[3]).startsWith("third").contains("  00000000: 01 00");
        }
    }

    /** What each command has printed, by its first word. */
    private Map<String, String> run(String... commands) throws Exception {
        Path disk = disk(String.join("\r\n", echoing(commands)));
        try (Lungo lungo = start(disk)) {
            assertThat(lungo.prints("in 5 seconds")).isTrue();
            lungo.type("x"); // any key but Escape
            assertThat(lungo.status()).isZero();
            Map<String, String> said = new LinkedHashMap<>();
            for (String part :
                    ESCAPES.matcher(lungo.output()).replaceAll("").split("(?m)^@@ ", -1)) {
                int end = part.indexOf('\n');
                said.put(end < 0 ? part : part.substring(0, end), part.substring(end + 1));
            }
            return said;
        }
    }

    private static Lungo start(Path disk) throws IOException {
        String raw = disk + ",format=raw";
        return Lungo.run(
                "--disk", raw, "--firmware", "uefi", "--memory", "512M", "--timeout", "240");
    }

    private static String[] echoing(String... commands) {
        StringBuilder script = new StringBuilder("@echo -off\nfs0:\n");
        for (String command : commands) {
            script.append("echo @@ ")
                    .append(command.split(" ", 2)[0])
                    .append('\n')
                    .append(command)
                    .append('\n');
        }
        return script.append("reset -s\n").toString().split("\n", -1);
    }

    /** A disk whose EFI system partition has the shell as its default loader. */
    private Path disk(String script) throws IOException {
        Path shell = Files.write(directory.resolve("shell"), OvmfShell.read());
        Path startup = Files.writeString(directory.resolve("startup.nsh"), script);
        Path disk = directory.resolve("disk");
        try (RandomAccessFile file = new RandomAccessFile(disk.toFile(), "rw")) {
            file.setLength(8L * MIB);
        }
        tool("sgdisk", "-n", "1:2048:0", "-t", "1:ef00", disk.toString());
        tool("mkfs.vfat", "-n", "ESP", "--offset", "2048", disk.toString(), "7000");
        String volume = disk + "@@1M";
        tool("mmd", "-i", volume, "::/EFI", "::/EFI/BOOT");
        tool("mcopy", "-i", volume, shell.toString(), "::/EFI/BOOT/BOOTX64.EFI");
        tool("mcopy", "-i", volume, startup.toString(), "::/startup.nsh");
        return disk;
    }

    private void tool(String... command) {
        Tools.run(directory, "", command);
    }
}
