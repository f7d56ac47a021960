package dev.lungo.conformance.metal;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lungo.toolchain.Target;
import dev.lungo.toolchain.image.CbfsArchive;
import dev.lungo.toolchain.image.Compression;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The hypervisor as coreboot's payload, on QEMU's AMD-V. In coreboot's place is a loader that makes
 * its tables and has a CBFS in memory.
 */
@Timeout(180)
class CorebootTest {
    private static final int LOADER_ADDRESS = 0x100_0000;
    private static final int PAYLOAD_ADDRESS = 0x200_0000;

    @TempDir private static Path directory;
    private static byte[] hypervisor = {};
    private static Path loader = Path.of("");

    @BeforeAll
    static void build() throws Exception {
        hypervisor = MetalMachine.hypervisor(Target.COREBOOT).buildSelf(Compression.NONE);
        loader = MetalMachine.compile32(directory, "coreboot", LOADER_ADDRESS);
    }

    /** An archive as a board has it. */
    private static CbfsArchive archive(String configuration) {
        CbfsArchive archive = new CbfsArchive();
        archive.add("fallback/payload", CbfsArchive.PAYLOAD, hypervisor);
        archive.add("lungo.conf", CbfsArchive.RAW, configuration.getBytes(US_ASCII));
        return archive;
    }

    private static void addPayload(CbfsArchive archive, Compression compression) throws Exception {
        Path payload = MetalMachine.compile32(directory, "payload", PAYLOAD_ADDRESS);
        archive.addCompressed(
                "realpayload", CbfsArchive.RAW, Files.readAllBytes(payload), compression);
    }

    private static String boot(CbfsArchive archive, String processor) throws Exception {
        Path flash = Files.write(directory.resolve("flash"), archive.toByteArray());
        return MetalMachine.boot(directory, loader, flash.toString(), 1, "-cpu", processor);
    }

    private static String bootPayload(
            String configuration, Compression compression, String processor) throws Exception {
        CbfsArchive archive = archive(configuration);
        addPayload(archive, compression);
        return boot(archive, processor);
    }

    @Test
    void aPayloadBeginsInProtectedModeAndFindsTheHypervisorReserved() throws Exception {
        String said = bootPayload("# nothing", Compression.LZMA, "max");

        assertThat(said)
                .contains("lungo: the guest begins; processors under it: 1h")
                .contains("protected mode: 1", "paging: 0", "PAE: 0", "zeros that are none: 0")
                .contains("a constant of the payload's", "CPUID says Lungo Metal")
                .contains("the stack has the table that is found: 1")
                .contains("memory 8000000 to 8100000 is: 10") // coreboot's own tables
                .containsPattern("memory 1[ef][0-9a-f]00000 to 1f[0-9a-f]00000 is: 2\r")
                .contains("records as many as the header says: 1", "other records are there: 1")
                .contains("payload: done");
    }

    @Test
    void whereThereIsNoVirtualisationThePayloadRunsAlone() throws Exception {
        String said = bootPayload("# nothing", Compression.LZ4, "Haswell");

        assertThat(said)
                .contains("neither VT-x nor AMD-V with nested paging; the machine goes on without")
                .contains("protected mode: 1", "paging: 0", "PAE: 0", "zeros that are none: 0")
                .contains("the stack has the table that is found: 1", "payload: done")
                .doesNotContain("CPUID says Lungo");
    }

    @Test
    void whereTheFirmwareHasLockedVirtualisationThePayloadRunsWithout() throws Exception {
        for (String what : new String[] {"AMD-V", "VT-x"}) {
            // Two hypervisors: the lower one is a machine whose firmware has locked it.
            CbfsArchive archive = new CbfsArchive();
            byte[] lower =
                    MetalMachine.hypervisor(Target.COREBOOT)
                            .withHypervisor(Optional.of(LockedOff.class.getName()))
                            .withConfig("next = upper\nlog = errors\nlocked = " + what)
                            .buildSelf(Compression.NONE);
            archive.add("fallback/payload", CbfsArchive.PAYLOAD, lower);
            archive.add("upper", CbfsArchive.PAYLOAD, hypervisor);
            addPayload(archive, Compression.NONE);

            String said = boot(archive, "max");

            assertThat(said)
                    .contains(
                            "lungo: the firmware has locked "
                                    + what
                                    + " off; switch it on in its set-up; the machine goes on"
                                    + " without the hypervisor")
                    .contains("protected mode: 1", "payload: done")
                    .doesNotContain("the guest begins");
        }
    }

    @Test
    void anUnknownKeyIsNamedAndThePayloadRunsAlone() throws Exception {
        String said = bootPayload("log = errors\ncolour = red\n", Compression.NONE, "max");

        assertThat(said)
                .contains(
                        "lungo: line 2 of the configuration has an unknown key: colour; the"
                                + " machine")
                .contains("protected mode: 1", "payload: done")
                .doesNotContain("CPUID says Lungo");
    }

    @Test
    void linuxBootsWithTheConfigurationsCommandLine() throws Exception {
        CbfsArchive archive =
                archive(
                        """
                        next = linux
                        append = console=ttyS0 panic=-1 told=by-cbfs
                        log = errors
                        """);
        archive.add("linux", CbfsArchive.RAW, guest("vmlinuz-amd64"));
        archive.add("initrd", CbfsArchive.RAW, guest("initramfs.cpio.gz"));

        String said = boot(archive, "max");

        assertThat(said)
                .contains("Command line: console=ttyS0 panic=-1 told=by-cbfs")
                .containsPattern(
                        "BIOS-e820: \\[mem 0x0000000008000000-0x00000000080fffff] reserved")
                .contains("LUNGO-GUEST-OK")
                .doesNotContain("lungo:");
    }

    /** One of the files that make-guests.sh makes. */
    private static byte[] guest(String name) throws Exception {
        String guests = System.getenv("LUNGO_GUESTS");
        if (guests == null) {
            return abort("LUNGO_GUESTS does not name a directory of guests; ./check makes one");
        }
        Path file = Path.of(guests, name);
        assumeTrue(Files.exists(file), () -> file + " is missing; conformance/guests makes it");
        return Files.readAllBytes(file);
    }
}
