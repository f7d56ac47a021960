package dev.lungo.firmware.uefi.variables;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lungo.boot.BootException;
import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.machine.BackendException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class VariableStoreTest {
    private static final Guid GUID = Guid.parse("12345678-9abc-def0-1234-56789abcdef0");
    private static final int BOOT = Variable.BOOTSERVICE_ACCESS;
    private static final int RUNTIME = BOOT | Variable.RUNTIME_ACCESS;
    private static final int LASTING = RUNTIME | Variable.NON_VOLATILE;
    private static final byte[] DATA = {1, 2, 3};

    private byte[] kept = new byte[0];
    private final VariableStore store = store();

    private VariableStore store() {
        return new VariableStore(content -> kept = content, Optional.empty(), false);
    }

    private long write(String name, int attributes, byte[] data) {
        return store.write(name, GUID, attributes, data, false);
    }

    private byte[] read(String name) {
        return store.find(name, GUID).map(Variable::data).orElse(new byte[0]);
    }

    @Test
    void aVariableIsItsNameAndItsGuid() {
        assertThat(write("name", LASTING, DATA)).isEqualTo(EfiStatus.SUCCESS);

        assertThat(read("name")).isEqualTo(DATA);
        assertThat(store.find("Name", GUID)).isEmpty();
        assertThat(store.find("name", Guid.ZERO)).isEmpty();
    }

    @Test
    void dataIsReplacedAppendedAndDeleted() {
        write("name", LASTING, DATA);
        write("name", LASTING, new byte[] {4});
        assertThat(write("name", LASTING | Variable.APPEND, DATA)).isEqualTo(EfiStatus.SUCCESS);

        assertThat(read("name")).containsExactly(4, 1, 2, 3);
        assertThat(write("name", LASTING | Variable.APPEND, new byte[0]))
                .isEqualTo(EfiStatus.SUCCESS);
        assertThat(read("name")).hasSize(4);
        assertThat(write("name", LASTING, new byte[0])).isEqualTo(EfiStatus.SUCCESS);
        assertThat(store.find("name", GUID)).isEmpty();
        assertThat(write("name", LASTING, new byte[0])).isEqualTo(EfiStatus.NOT_FOUND);
    }

    @Test
    void attributesOfWhatIsThereDoNotChange() {
        write("name", LASTING, DATA);

        assertThat(write("name", RUNTIME, DATA)).isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(write("name", 0, new byte[0])).isEqualTo(EfiStatus.SUCCESS); // deletes
    }

    @Test
    void refusesAttributesThatMakeNoSenseOrAreNotSupported() {
        assertThat(write("name", Variable.RUNTIME_ACCESS, DATA))
                .isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(write("name", LASTING | 0x100, DATA)).isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(write("name", LASTING | Variable.HARDWARE_ERROR, DATA))
                .isEqualTo(EfiStatus.UNSUPPORTED);
        assertThat(write("name", LASTING | Variable.AUTHENTICATED, DATA))
                .isEqualTo(EfiStatus.UNSUPPORTED);
        assertThat(write("name", LASTING | Variable.TIME_AUTHENTICATED, DATA))
                .isEqualTo(EfiStatus.UNSUPPORTED); // without cryptography
    }

    @Test
    void afterExitBootServicesOnlyLastingRuntimeVariablesChange() {
        write("boot", BOOT, DATA);
        write("runtime", RUNTIME, DATA);
        write("lasting", LASTING, DATA);

        assertThat(store.write("boot", GUID, BOOT, DATA, true)).isEqualTo(EfiStatus.NOT_FOUND);
        assertThat(store.write("runtime", GUID, RUNTIME, DATA, true))
                .isEqualTo(EfiStatus.WRITE_PROTECTED);
        assertThat(store.write("lasting", GUID, LASTING, new byte[] {9}, true))
                .isEqualTo(EfiStatus.SUCCESS);
        assertThat(store.write("new", GUID, RUNTIME, DATA, true))
                .isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(store.write("new", GUID, LASTING, DATA, true)).isEqualTo(EfiStatus.SUCCESS);
    }

    @Test
    void holds64KibInOneAndSomeOfThose() {
        byte[] large = new byte[(int) VariableStore.LARGEST];

        assertThat(write("0", LASTING, large)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(write("0", LASTING | Variable.APPEND, DATA))
                .isEqualTo(EfiStatus.OUT_OF_RESOURCES);
        int count = 1;
        while (write("" + count, LASTING, large) == EfiStatus.SUCCESS) {
            count++;
        }
        assertThat(count).isEqualTo(7);
        assertThat(store.used()).isLessThan(VariableStore.CAPACITY);
        assertThat(write("0", LASTING, new byte[0])).isEqualTo(EfiStatus.SUCCESS);
        assertThat(write("7", LASTING, large)).isEqualTo(EfiStatus.SUCCESS);
    }

    @Test
    void whatIsNonVolatileIsKept() {
        write("volatile", RUNTIME, DATA);
        assertThat(kept).isEmpty();
        write("Grüße", LASTING, DATA);
        write("gone", LASTING, DATA);
        write("gone", LASTING, new byte[0]);
        VariableStore next = store();

        next.restore("file", kept);

        assertThat(next.all()).map(Variable::name).containsExactly("Grüße");
        assertThat(next.find("Grüße", GUID).orElseThrow().data()).isEqualTo(DATA);
        assertThat(next.find("Grüße", GUID).orElseThrow().attributes()).isEqualTo(LASTING);
    }

    @Test
    void aResetTakesWhatIsVolatile() {
        write("volatile", RUNTIME, DATA);
        write("lasting", LASTING, DATA);

        store.reset();

        assertThat(store.all()).map(Variable::name).containsExactly("lasting");
    }

    @Test
    void whatCannotBeKeptDoesNotChange() {
        VariableStore failing =
                new VariableStore(
                        _ -> {
                            throw new BackendException("The disk is full.");
                        },
                        Optional.empty(),
                        false);

        assertThat(failing.write("name", GUID, LASTING, DATA, false))
                .isEqualTo(EfiStatus.DEVICE_ERROR);
        assertThat(failing.all()).isEmpty();
    }

    @Test
    void everyDamageToTheFileIsFound() {
        write("one", LASTING, DATA);
        write("two", LASTING, new byte[500]);

        for (int length = 0; length < kept.length; length++) {
            assertRefused(Arrays.copyOf(kept, length));
        }
        for (int at = 0; at < kept.length; at++) {
            byte[] changed = kept.clone();
            changed[at] ^= 1;
            assertRefused(changed);
        }
        assertRefused(Arrays.copyOf(kept, kept.length + 1));
    }

    private void assertRefused(byte[] content) {
        assertThatThrownBy(() -> store().restore("vars.fd", content))
                .isInstanceOf(BootException.class)
                .hasMessageStartingWith("vars.fd ")
                .hasMessageContaining("; ");
    }
}
