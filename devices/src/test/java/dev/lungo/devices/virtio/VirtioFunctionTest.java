package dev.lungo.devices.virtio;

import static dev.lungo.devices.virtio.TestDriver.BUFFERS;
import static dev.lungo.devices.virtio.TestDriver.Piece.writable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Width;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class VirtioFunctionTest {
    private static final int MSIX = 0x11;
    private static final int ADVANCED_FEATURES = 0x13;
    private static final long MSIX_TABLE = 0x4000;

    private final AtomicReference<Echo> echo = new AtomicReference<>();
    private final TestDriver driver =
            new TestDriver(
                    false,
                    0b1,
                    (function, _) -> {
                        echo.set(new Echo(function));
                        return echo.get();
                    });

    @Test
    void linuxFindsAVirtioDevice() {
        assertThat(driver.readConfig(0, Width.DWORD)).isEqualTo(0x106A_1AF4); // 1040h + 42
        assertThat(driver.readConfig(8, Width.DWORD)).isEqualTo(0xFF00_0001L);
        assertThat(driver.readConfig(0x3D, Width.BYTE)).as("INTA#").isEqualTo(1);
        for (int type = 1; type <= 5; type++) {
            assertThat(driver.capability(9, type)).isPositive();
        }
    }

    @Test
    void featuresAreNegotiated() {
        assertThat(driver.offered()).isEqualTo(1L << 34 | 1L << 32 | 0b11L << 28 | 0b101);
        driver.negotiate();
        assertThat(driver.status()).isEqualTo(0xB);
    }

    @Test
    void featuresThatWereNotOfferedAreNotOk() {
        driver.setStatus(3);
        driver.setCommon(8, Width.DWORD, 1);
        driver.setCommon(0xC, Width.DWORD, 1);
        driver.setCommon(8, Width.DWORD, 0);
        driver.setCommon(0xC, Width.DWORD, 0b10);
        driver.setStatus(0xB);
        assertThat(driver.status()).isEqualTo(3);
    }

    @Test
    void aDriverOfTheLegacyInterfaceIsRefused() {
        driver.setStatus(3);
        driver.setStatus(0xB);
        assertThat(driver.status()).isEqualTo(3);
        driver.setStatus(0xF);
        assertThat(driver.status()).as("DRIVER_OK needs FEATURES_OK").isEqualTo(3);
    }

    @Test
    void queuesThatAreNotThereHaveNoSize() {
        driver.setCommon(0x16, Width.WORD, 1);
        assertThat(driver.common(0x18, Width.WORD)).isEqualTo(16);
        driver.setCommon(0x16, Width.WORD, 2);
        assertThat(driver.common(0x18, Width.WORD)).isZero();
        driver.setCommon(0x16, Width.WORD, 0xFFFF);
        driver.setCommon(0x1C, Width.WORD, 1);
        assertThat(driver.common(0x1C, Width.WORD)).isZero();
    }

    /** As iPXE of 2019 reads features. */
    @Test
    void aReadOfHalfAFieldGivesItsLowBits() {
        driver.setCommon(0, Width.DWORD, 1);

        assertThat(driver.common(4, Width.WORD)).isEqualTo(driver.common(4, Width.DWORD) & 0xFFFF);
        assertThat(driver.common(4, Width.WORD) & 1).as("VIRTIO_F_VERSION_1").isOne();
    }

    @Test
    void intxIsAssertedUntilIsrIsRead() {
        driver.start();
        driver.add(0, writable(BUFFERS, 1));
        driver.notify(0);
        assertThat(driver.wires[1]).isTrue();
        assertThat(driver.isr()).isEqualTo(1);
        assertThat(driver.wires[1]).isFalse();
    }

    private void enableMsix() {
        int at = driver.capability(MSIX, 0);
        assertThat(driver.readConfig(at + 2, Width.WORD) & 0x7FF).as("vectors").isEqualTo(2);
        for (int vector = 0; vector < 3; vector++) {
            driver.window.write(MSIX_TABLE + 16L * vector, Width.QWORD, 0xFEE0_0000L);
            driver.window.write(MSIX_TABLE + 16L * vector + 8, Width.DWORD, 0x40 + vector);
            driver.window.write(MSIX_TABLE + 16L * vector + 12, Width.DWORD, 0);
        }
        driver.writeConfig(at + 2, Width.WORD, 1 << 15);
    }

    @Test
    void eachQueueHasItsVector() {
        enableMsix();
        driver.start();
        driver.setCommon(0x10, Width.WORD, 0);
        driver.setCommon(0x16, Width.WORD, 1);
        driver.setCommon(0x1A, Width.WORD, 2);
        assertThat(driver.common(0x1A, Width.WORD)).isEqualTo(2);
        driver.add(1, writable(BUFFERS, 1));
        driver.notify(1);
        assertThat(driver.messages).containsExactly(0x42);
        assertThat(driver.wires[1]).isFalse();

        driver.setCommon(0x1A, Width.WORD, 3);
        assertThat(driver.common(0x1A, Width.WORD)).as("no such vector").isEqualTo(0xFFFF);
    }

    @Test
    void maskedVectorsWaitInThePendingBits() {
        enableMsix();
        driver.start();
        driver.setCommon(0x16, Width.WORD, 0);
        driver.setCommon(0x1A, Width.WORD, 1);
        driver.window.write(MSIX_TABLE + 16 + 12, Width.DWORD, 1);
        driver.add(0, writable(BUFFERS, 1));
        driver.notify(0);
        assertThat(driver.messages).isEmpty();
        assertThat(driver.window.read(0x5000, Width.QWORD)).isEqualTo(0b10);

        driver.window.write(MSIX_TABLE + 16 + 12, Width.DWORD, 0);
        assertThat(driver.messages).containsExactly(0x41);
        assertThat(driver.window.read(0x5000, Width.QWORD)).isZero();
    }

    @Test
    void theFunctionMaskHoldsBackAllVectors() {
        enableMsix();
        driver.start();
        driver.setCommon(0x16, Width.WORD, 0);
        driver.setCommon(0x1A, Width.WORD, 1);
        int control = driver.capability(MSIX, 0) + 2;
        driver.writeConfig(control, Width.WORD, 0b11 << 14);
        driver.add(0, writable(BUFFERS, 1));
        driver.notify(0);
        assertThat(driver.messages).isEmpty();
        driver.writeConfig(control, Width.WORD, 1 << 15);
        assertThat(driver.messages).containsExactly(0x41);
    }

    @Test
    void configurationIsReadAtEveryWidthAndWrittenByTheDevice() {
        assertThat(driver.config(0, Width.DWORD)).isEqualTo(0x0403_0201);
        assertThat(driver.config(4, Width.QWORD)).isEqualTo(0x0605);
        assertThat(driver.config(100, Width.BYTE)).isZero();
        driver.setConfig(2, Width.WORD, 7);
        assertThat(echo.get().log).containsExactly("config 2 WORD 7");
    }

    @Test
    void theConfigurationSpaceHasAWindowToTheBar() {
        int at = driver.capability(9, 5);
        driver.writeConfig(at + 8, Width.DWORD, 0x12); // num_queues
        driver.writeConfig(at + 12, Width.DWORD, 2);
        assertThat(driver.readConfig(at + 16, Width.WORD)).isEqualTo(2);

        driver.writeConfig(at + 8, Width.DWORD, 0x14); // device_status
        driver.writeConfig(at + 12, Width.DWORD, 1);
        driver.writeConfig(at + 16, Width.BYTE, 1);
        assertThat(driver.status()).isEqualTo(1);

        driver.writeConfig(at + 8, Width.DWORD, -4);
        driver.writeConfig(at + 12, Width.DWORD, 4);
        driver.writeConfig(at + 16, Width.DWORD, 1);
        driver.writeConfig(at + 12, Width.DWORD, 3);
        driver.writeConfig(at + 16, Width.DWORD, 1);
        assertThat(driver.status()).isEqualTo(1);
    }

    @Test
    void aFunctionLevelResetForgetsEverything() {
        driver.start();
        int at = driver.capability(ADVANCED_FEATURES, 0);
        assertThat(driver.readConfig(at + 3, Width.BYTE)).isEqualTo(0b11);

        driver.writeConfig(at + 4, Width.BYTE, 1);

        assertThat(driver.readConfig(at + 5, Width.BYTE)).as("pending").isZero();
        assertThat(driver.readConfig(0x04, Width.WORD)).isZero();
        driver.placeBar();
        assertThat(driver.status()).isZero();
        assertThat(echo.get().log).contains("reset");
    }

    @Test
    void withoutBusMasteringNothingIsTouched() {
        driver.start();
        driver.writeConfig(0x04, Width.WORD, 0b010);
        driver.add(0, writable(BUFFERS, 1));
        driver.notify(0);
        assertThat(driver.used(0)).isEmpty();
        driver.writeConfig(0x04, Width.WORD, 0b110);
        driver.notify(0);
        assertThat(driver.used(0)).hasSize(1);
    }
}
