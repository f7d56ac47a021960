package dev.lungo.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.lungo.boot.BootException;
import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.bytes.Crc32;
import dev.lungo.boot.bytes.Little;
import dev.lungo.firmware.uefi.signatures.SignatureList;
import dev.lungo.firmware.uefi.variables.Variable;
import dev.lungo.firmware.uefi.variables.VariableStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any file as the variables of the last time, and any requests to change them: what is kept can be
 * restored, and there is never more than there is room for.
 *
 * <p>An input is a byte; if it is odd, the rest is a file, else requests: a byte for the name, one
 * for attributes, two for the length of the data, and these.
 */
class VariableStoreFuzz {
    private static final int CRC = 12;

    /** What the last store had kept. */
    private byte[] kept = new byte[0];

    @MethodSource("seeds")
    @FuzzTest
    void anyFileAndAnyRequestLeaveASoundStore(byte[] input) {
        if (input.length == 0) {
            return;
        }
        kept = new byte[0];
        byte[] rest = Arrays.copyOfRange(input, 1, input.length);
        if ((input[0] & 1) != 0) {
            restore(rest);
        } else {
            request(rest, (input[0] & 2) != 0);
        }
    }

    private VariableStore store() {
        return new VariableStore(
                content -> kept = content, Optional.of(SignedDataFuzz.GULLIBLE), true);
    }

    private void restore(byte[] file) {
        if (file.length > CRC + 4) { // which no fuzzer would find
            Little.put32(file, CRC, Crc32.of(file, CRC + 4, file.length - CRC - 4));
        }
        VariableStore store = store();
        try {
            store.restore("file", file);
        } catch (BootException e) {
            assertThat(e).hasMessageContaining("; ");
            return;
        }
        store.set(new Variable("one more", Guid.ZERO, 7, new byte[1]));
        store.all();
    }

    private void request(byte[] requests, boolean exited) {
        VariableStore store = store();
        store.reset();
        int at = 0;
        while (requests.length - at >= 4) {
            int bytes = Math.min(Little.u16(requests, at + 2), requests.length - at - 4);
            byte[] data = Arrays.copyOfRange(requests, at + 4, at + 4 + bytes);
            String[] names = {"PK", "KEK", "db", "dbx", "AuditMode", "a", "DeployedMode", ""};
            String name = names[requests[at] & 7];
            Guid[] guids = {Variable.GLOBAL, Variable.SECURITY_DATABASE, Guid.ZERO, Guid.ZERO};
            Guid guid = guids[requests[at] >> 3 & 3];
            if (!name.isEmpty()) {
                store.write(name, guid, requests[at + 1] & 0xFF, data, exited);
            }
            at += 4 + bytes;
        }
        assertThat(store.used()).isLessThanOrEqualTo(VariableStore.CAPACITY);
        if (kept.length != 0) {
            VariableStore next = store();
            next.restore("kept", kept);
            List<String> lasting = new ArrayList<>();
            for (Variable each : store.all()) {
                if (each.has(Variable.NON_VOLATILE)) {
                    lasting.add(each.name() + each.guid() + each.data().length);
                }
            }
            List<String> restored = new ArrayList<>();
            for (Variable each : next.all()) {
                if (each.has(Variable.NON_VOLATILE)) {
                    restored.add(each.name() + each.guid() + each.data().length);
                }
            }
            assertThat(restored).isEqualTo(lasting);
        }
    }

    static List<byte[]> seeds() {
        byte[][] file = {new byte[0]};
        VariableStore store =
                new VariableStore(content -> file[0] = content, Optional.empty(), false);
        store.set(new Variable("one", Guid.ZERO, 7, new byte[5]));
        store.set(new Variable("two", Variable.GLOBAL, 7, new byte[9]));
        byte[] signature = SignedDataFuzz.resource("SignedDataFuzzInputs/signature.p7");
        byte[] list =
                SignatureList.write(
                        List.of(SignatureList.of(SignatureList.SHA256, Guid.ZERO, new byte[32])));
        ByteWriter signed =
                new ByteWriter()
                        .u16(2026)
                        .u8(1)
                        .u8(2)
                        .zeros(12)
                        .u32(24 + signature.length)
                        .u16(0x200)
                        .u16(0xEF1)
                        .bytes(Guid.parse("4aafd29d-68df-49ee-8aa9-347d375665a7").toBytes())
                        .bytes(signature)
                        .bytes(list);
        ByteWriter plain = new ByteWriter().u8(0);
        plain.u8(0x15).u8(7).u16(3).u8(1).u8(2).u8(3); // made
        plain.u8(0x15).u8(0x47).u16(2).u8(4).u8(5); // appended to
        plain.u8(0x15).u8(0).u16(0); // deleted
        ByteWriter keys = new ByteWriter().u8(0);
        for (int name : new int[] {0x0A, 0x0B, 0x01, 0x15}) { // db, dbx, KEK and another
            keys.u8(name).u8(0x27).u16(signed.length()).bytes(signed.toBytes());
            keys.u8(name).u8(0x67).u16(signed.length()).bytes(signed.toBytes());
        }
        return List.of(
                new ByteWriter().u8(1).bytes(file[0]).toBytes(),
                plain.toBytes(),
                plain.setU8(0, 2).toBytes(),
                keys.toBytes());
    }

    @Test
    void changedFilesAndRequestsLeaveASoundStore() {
        SeededInputs.changed(20_000, seeds(), this::anyFileAndAnyRequestLeaveASoundStore);
    }
}
