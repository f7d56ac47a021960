package dev.lungo.firmware.uefi.variables;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.bytes.Little;
import dev.lungo.firmware.uefi.signatures.SignedData;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What stands before the data of a time-based authenticated variable:
 * EFI_VARIABLE_AUTHENTICATION_2. UEFI 2.10, "Using the EFI_VARIABLE_AUTHENTICATION_2 descriptor"
 * (8.2.6).
 *
 * @param time its fields from the year to the second, as a number that grows with them
 * @param signature over {@code signed}; null in a platform in setup mode, which asks for none
 * @param signed name, GUID, attributes, time and payload, one after the other
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
record Authentication(long time, @Nullable SignedData signature, byte[] signed, byte[] payload) {
    private static final Guid PKCS7 = Guid.parse("4aafd29d-68df-49ee-8aa9-347d375665a7");
    private static final int TIME_BYTES = 16;
    private static final int WIN_CERTIFICATE_BYTES = 8;
    private static final int CERTIFICATE = TIME_BYTES + WIN_CERTIFICATE_BYTES + Guid.BYTES;
    private static final int CERT_TYPE_EFI_GUID = 0x0EF1;

    /** Whether a variable is one that only who signs may change, or is to become one. */
    static boolean isNeeded(String name, Guid guid, int attributes, Optional<Variable> old) {
        return (attributes & Variable.TIME_AUTHENTICATED) != 0
                || SecureBoot.isKey(name, guid)
                || old.filter(each -> each.has(Variable.TIME_AUTHENTICATED)).isPresent();
    }

    /** Empty if data does not begin with it, or its time has fields that it must not have. */
    static Optional<Authentication> read(String name, Guid guid, int attributes, byte[] data) {
        if (data.length < CERTIFICATE) {
            return Optional.empty();
        }
        long length = Little.u32(data, TIME_BYTES);
        boolean isSound =
                length >= CERTIFICATE - TIME_BYTES
                        && length <= data.length - TIME_BYTES
                        && Little.u16(data, TIME_BYTES + 6) == CERT_TYPE_EFI_GUID
                        && Guid.of(data, TIME_BYTES + WIN_CERTIFICATE_BYTES).equals(PKCS7);
        for (int i = 7; i < TIME_BYTES; i++) { // padding, nanosecond, zone and daylight
            isSound &= data[i] == 0;
        }
        if (!isSound) {
            return Optional.empty();
        }
        int end = TIME_BYTES + (int) length;
        byte[] payload = Arrays.copyOfRange(data, end, data.length);
        ByteWriter signed = new ByteWriter();
        for (int i = 0; i < name.length(); i++) {
            signed.u16(name.charAt(i));
        }
        signed.bytes(guid.toBytes()).u32(attributes);
        signed.bytes(Arrays.copyOf(data, TIME_BYTES)).bytes(payload);
        byte[] certificate = Arrays.copyOfRange(data, CERTIFICATE, end);
        return Optional.of(
                new Authentication(
                        time(data),
                        SignedData.read(certificate).orElse(null),
                        signed.toBytes(),
                        payload));
    }

    private static long time(byte[] data) {
        long time = Little.u16(data, 0);
        for (int i = 2; i <= 6; i++) { // month, day, hour, minute, second
            time = time << 8 | Little.u8(data, i);
        }
        return time;
    }
}
