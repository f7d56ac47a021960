package dev.lungo.host.disk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.machine.BlockBackend;
import java.util.Arrays;
import java.util.Random;

/** Does things to a disk, and to an array that should be the same. */
final class DiskModel {
    private final BlockBackend disk;
    private final byte[] content;

    DiskModel(BlockBackend disk, byte[] content) {
        this.disk = disk;
        this.content = content;
    }

    void doSome(int times, Random random) {
        for (int i = 0; i < times; i++) {
            doOne(random);
        }
    }

    private void doOne(Random random) {
        int sectors = content.length / 512;
        int from = random.nextInt(sectors) * 512;
        int most = random.nextBoolean() ? 16 * 512 : 1024 * 512;
        int count = Math.min(512 + random.nextInt(most) / 512 * 512, content.length - from);
        switch (random.nextInt(10)) {
            case 0 -> disk.flush();
            case 1 -> {
                disk.discard(from, count);
                disk.read(from, content, from, count); // anything
            }
            case 2 -> {
                disk.writeZeroes(from, count, random.nextBoolean());
                Arrays.fill(content, from, from + count, (byte) 0);
            }
            case 3, 4, 5 ->
                    assertThat(read(from, count))
                            .isEqualTo(Arrays.copyOfRange(content, from, from + count));
            default -> {
                byte[] bytes = new byte[count];
                random.nextBytes(bytes);
                disk.write(from, bytes, 0, count);
                System.arraycopy(bytes, 0, content, from, count);
            }
        }
    }

    private byte[] read(int from, int count) {
        byte[] bytes = new byte[count];
        disk.read(from, bytes, 0, count);
        return bytes;
    }
}
