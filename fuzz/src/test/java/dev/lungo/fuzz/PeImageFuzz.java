package dev.lungo.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.boot.BootException;
import dev.lungo.boot.BootFile;
import dev.lungo.boot.TestMemory;
import dev.lungo.boot.pe.Authenticode;
import dev.lungo.boot.pe.PeFiles;
import dev.lungo.boot.pe.PeImage;
import dev.lungo.firmware.uefi.signatures.ImageVerifier;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/** Any file as an EFI application: it is placed where there is room for it, or refused. */
class PeImageFuzz {
    private static final int ROOM = 1 << 20;
    private static final TestMemory MEMORY = new TestMemory(3L * ROOM);

    @MethodSource("seeds")
    @FuzzTest
    void anyFileIsPlacedOrRefused(byte[] input) {
        MEMORY.putLong(ROOM - 8, 0x1122_3344_5566_7788L);
        MEMORY.putLong(2L * ROOM, 0x1122_3344_5566_7788L);
        try {
            PeImage image = PeImage.read(new BootFile("image", input));
            if (image.imageBytes() <= ROOM) {
                image.load(MEMORY, ROOM + (ROOM - image.imageBytes()) / 8 * 8);
            }
            Authenticode.hashed(image);
            Authenticode.signatures(image);
            new ImageVerifier(SignedDataFuzz.GULLIBLE, List.of(), List.of()).refusal(image);
        } catch (BootException e) {
            assertThat(e).hasMessageContaining("; ");
        }
        assertThat(MEMORY.getLong(ROOM - 8)).isEqualTo(0x1122_3344_5566_7788L);
        assertThat(MEMORY.getLong(2L * ROOM)).isEqualTo(0x1122_3344_5566_7788L);
    }

    static List<byte[]> seeds() {
        byte[] signature = SignedDataFuzz.resource("SignedDataFuzzInputs/attached.p7");
        byte[] signed =
                PeFiles.application()
                        .setU32(PeFiles.OPTIONAL + 144, 0x800)
                        .setU32(PeFiles.OPTIONAL + 148, 8L + signature.length)
                        .u32(8L + signature.length)
                        .u16(0x200)
                        .u16(2)
                        .bytes(signature)
                        .toBytes();
        return List.of(PeFiles.application().toBytes(), signed);
    }

    @Test
    void changedImagesArePlacedOrRefused() {
        SeededInputs.changed(60_000, seeds(), this::anyFileIsPlacedOrRefused);
    }
}
