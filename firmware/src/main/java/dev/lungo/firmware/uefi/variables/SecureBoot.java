package dev.lungo.firmware.uefi.variables;

import dev.lungo.boot.Guid;
import dev.lungo.boot.pe.PeImage;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.signatures.Certificate;
import dev.lungo.firmware.uefi.signatures.Cryptography;
import dev.lungo.firmware.uefi.signatures.HashAlgorithm;
import dev.lungo.firmware.uefi.signatures.ImageVerifier;
import dev.lungo.firmware.uefi.signatures.SignatureList;
import dev.lungo.firmware.uefi.signatures.SignedData;
import dev.lungo.firmware.uefi.variables.Variable.Authority;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Who may change authenticated variables, and whether images are verified. UEFI 2.10, "Secure Boot
 * and Driver Signing" (32), "Firmware/OS Key Exchange: Creating Trust Relationships" (32.3).
 *
 * <p>No user is physically present, so nothing leads out of deployed mode but a signed request that
 * takes away the platform key. What audit mode would have refused is told to the user, and is not
 * in a table for the guest. Keys are X.509 certificates with RSA.
 */
public final class SecureBoot {
    static final String SETUP_MODE = "SetupMode";
    static final String SECURE_BOOT = "SecureBoot";
    static final String AUDIT_MODE = "AuditMode";
    static final String DEPLOYED_MODE = "DeployedMode";
    static final String SIGNATURE_SUPPORT = "SignatureSupport";

    private static final String PK = "PK";
    private static final String KEK = "KEK";
    private static final List<String> DATABASES = List.of("db", "dbx", "dbt", "dbr");

    private static final int KEY_ATTRIBUTES =
            Variable.NON_VOLATILE
                    | Variable.BOOTSERVICE_ACCESS
                    | Variable.RUNTIME_ACCESS
                    | Variable.TIME_AUTHENTICATED;

    /** Where the modes are kept that no key tells: one byte, of these bits. */
    static final Guid OWN = Guid.parse("8d8a7e0e-5b0c-4f2c-9f0d-6a3c1f0b7e21");

    static final String MODE = "SecureBootMode";
    private static final int AUDIT = 1;
    private static final int DEPLOYED = 2;

    private final VariableStore store;
    private final Optional<Cryptography> cryptography;
    private final boolean isWanted;

    SecureBoot(VariableStore store, Optional<Cryptography> cryptography, boolean isWanted) {
        this.store = store;
        this.cryptography = cryptography;
        this.isWanted = isWanted;
    }

    static boolean isKey(String name, Guid guid) {
        return guid.equals(Variable.GLOBAL)
                ? name.equals(PK) || name.equals(KEK)
                : guid.equals(Variable.SECURITY_DATABASE) && DATABASES.contains(name);
    }

    private static boolean isGlobal(String key) {
        return key.equals(PK) || key.equals(KEK);
    }

    /** Whether no platform key is enrolled yet, so that others can be without any signature. */
    public boolean isSetupMode() {
        return store.find(PK, Variable.GLOBAL).isEmpty();
    }

    private boolean isOn() {
        return isWanted && cryptography.isPresent() && !isSetupMode();
    }

    /** Makes the variables that tell the mode. */
    void begin() {
        if (cryptography.isEmpty()) {
            return;
        }
        tell(SETUP_MODE, new byte[] {(byte) (isSetupMode() ? 1 : 0)});
        tell(AUDIT_MODE, new byte[] {(byte) (isIn(AUDIT) ? 1 : 0)});
        tell(DEPLOYED_MODE, new byte[] {(byte) (isIn(DEPLOYED) ? 1 : 0)});
        tell(SECURE_BOOT, new byte[] {(byte) (isOn() ? 1 : 0)});
        Guid[] types = {SignatureList.SHA256, SignatureList.X509, SignatureList.X509_SHA256};
        byte[] support = new byte[types.length * Guid.BYTES];
        for (int i = 0; i < types.length; i++) {
            types[i].put(support, i * Guid.BYTES);
        }
        tell(SIGNATURE_SUPPORT, support);
    }

    private void tell(String name, byte[] data) {
        int attributes = Variable.BOOTSERVICE_ACCESS | Variable.RUNTIME_ACCESS;
        store.set(new Variable(name, Variable.GLOBAL, attributes, data));
    }

    private boolean isIn(int mode) {
        byte[] kept = store.find(MODE, OWN).map(Variable::data).orElse(new byte[1]);
        return (kept[0] & mode) != 0;
    }

    private long enter(int mode) {
        int attributes = Variable.NON_VOLATILE | Variable.BOOTSERVICE_ACCESS;
        byte[] data = mode == 0 ? new byte[0] : new byte[] {(byte) mode};
        boolean isThere = store.find(MODE, OWN).isPresent();
        long status =
                isThere || mode != 0
                        ? store.set(new Variable(MODE, OWN, attributes, data))
                        : EfiStatus.SUCCESS;
        begin();
        return status;
    }

    static boolean isMode(String name, Guid guid) {
        return guid.equals(Variable.GLOBAL)
                && (name.equals(AUDIT_MODE) || name.equals(DEPLOYED_MODE));
    }

    /**
     * The guest writes to AuditMode or DeployedMode. "Secure Boot Modes" (32.3): from setup or user
     * mode to audit mode, without a platform key; from user mode to deployed mode.
     */
    long writeMode(String name, byte[] data, boolean exited) {
        if (data.length != 1 || (data[0] & ~1) != 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        boolean audit = name.equals(AUDIT_MODE);
        if (data[0] == (isIn(audit ? AUDIT : DEPLOYED) ? 1 : 0)) {
            return EfiStatus.SUCCESS;
        }
        boolean allowed = audit ? !isIn(DEPLOYED) : !isSetupMode();
        if (cryptography.isEmpty() || exited || data[0] == 0 || !allowed) {
            return EfiStatus.WRITE_PROTECTED;
        }
        Optional<Variable> key = store.find(PK, Variable.GLOBAL);
        if (audit && key.isPresent()) {
            long status =
                    store.set(
                            new Variable(PK, Variable.GLOBAL, key.get().attributes(), new byte[0]));
            if (status != EfiStatus.SUCCESS) {
                return status;
            }
        }
        return enter(audit ? AUDIT : DEPLOYED);
    }

    /** The platform key has come or gone: from audit mode to deployed mode, or to setup mode. */
    private void followKey() {
        if (isSetupMode() && isIn(DEPLOYED)) {
            enter(0);
        } else if (!isSetupMode() && isIn(AUDIT)) {
            enter(DEPLOYED);
        } else {
            begin();
        }
    }

    /** Whether an image about which something is wrong is not started. */
    public boolean isEnforced() {
        return isOn();
    }

    /** One sentence about why an image may not be started, or empty if it may. */
    Optional<String> refusal(PeImage image) {
        boolean audited = isWanted && cryptography.isPresent() && isIn(AUDIT);
        if (!isOn() && !audited) {
            return Optional.empty();
        }
        return new ImageVerifier(cryptography.orElseThrow(), lists("db"), lists("dbx"))
                .refusal(image);
    }

    private List<SignatureList> lists(String key) {
        Guid guid = isGlobal(key) ? Variable.GLOBAL : Variable.SECURITY_DATABASE;
        return store.find(key, guid)
                .flatMap(found -> SignatureList.read(found.data()))
                .orElse(List.of());
    }

    /**
     * Enrolls keys that the user has supplied, which needs no signature: a platform key in place of
     * the one that is there, others beside those.
     *
     * @param key PK, KEK, db or dbx
     * @return an EFI_STATUS
     */
    public long enroll(String key, List<SignatureList> lists) {
        Guid guid = isGlobal(key) ? Variable.GLOBAL : Variable.SECURITY_DATABASE;
        Optional<Variable> old = store.find(key, guid).filter(_ -> !key.equals(PK));
        List<SignatureList> more =
                old.isPresent() ? SignatureList.without(lists, lists(key)) : lists;
        if (more.isEmpty()) {
            return EfiStatus.SUCCESS;
        }
        byte[] data = VariableStore.join(old, SignatureList.write(more));
        Authority authority = old.map(Variable::authority).orElse(Authority.NONE);
        long status = store.set(new Variable(key, guid, KEY_ATTRIBUTES, data, authority));
        followKey();
        return status;
    }

    /** Changes an authenticated variable, if who has signed the request may. */
    long write(String name, Guid guid, int attributes, byte[] data, Optional<Variable> old) {
        if (cryptography.isEmpty()) {
            return EfiStatus.UNSUPPORTED;
        }
        boolean isKey = isKey(name, guid);
        if ((attributes & Variable.TIME_AUTHENTICATED) == 0) {
            return isKey ? EfiStatus.INVALID_PARAMETER : EfiStatus.WRITE_PROTECTED;
        }
        if (isKey && (attributes & ~Variable.APPEND) != KEY_ATTRIBUTES) {
            return EfiStatus.INVALID_PARAMETER;
        }
        Optional<Authentication> read = Authentication.read(name, guid, attributes, data);
        if (read.isEmpty()) {
            return EfiStatus.SECURITY_VIOLATION;
        }
        Authentication request = read.get();
        boolean append = (attributes & Variable.APPEND) != 0;
        Authority before = old.map(Variable::authority).orElse(Authority.NONE);
        if (!append && old.isPresent() && request.time() <= before.time()) {
            return EfiStatus.SECURITY_VIOLATION;
        }
        byte[] signer = before.signer();
        if (isKey) {
            if (!isSoundKey(name, request.payload())) {
                return EfiStatus.INVALID_PARAMETER;
            }
            if (!isAllowed(name, request)) {
                return EfiStatus.SECURITY_VIOLATION;
            }
        } else {
            Optional<byte[]> own = signerOf(request);
            if (own.isEmpty() || (signer.length != 0 && !Arrays.equals(signer, own.get()))) {
                return EfiStatus.SECURITY_VIOLATION;
            }
            signer = own.get();
        }
        byte[] content = request.payload();
        if (append) {
            content = VariableStore.join(old, isKey ? onlyNew(name, content) : content);
            if (content.length == 0) {
                return EfiStatus.SUCCESS; // nothing is appended to nothing
            }
        }
        if (content.length > VariableStore.LARGEST) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        Authority after = new Authority(Math.max(request.time(), before.time()), signer);
        int kept = attributes & ~Variable.APPEND;
        long status = store.set(new Variable(name, guid, kept, content, after));
        if (status == EfiStatus.SUCCESS && isKey) {
            followKey();
        }
        return status;
    }

    /** What may be in such a variable: signature lists; a platform key is a single certificate. */
    private static boolean isSoundKey(String name, byte[] payload) {
        Optional<List<SignatureList>> lists = SignatureList.read(payload);
        if (lists.isEmpty()) {
            return false;
        }
        return !name.equals(PK)
                || payload.length == 0
                || (lists.get().size() == 1
                        && lists.get().getFirst().signatures().size() == 1
                        && SignatureList.certificates(lists.get()).size() == 1);
    }

    private byte[] onlyNew(String name, byte[] payload) {
        List<SignatureList> lists = SignatureList.read(payload).orElse(List.of());
        return SignatureList.write(SignatureList.without(lists, lists(name)));
    }

    /** The platform key signs itself first, then its successor and KEK; KEK signs the databases. */
    private boolean isAllowed(String name, Authentication request) {
        boolean isPk = name.equals(PK);
        if (isSetupMode() && !isPk) {
            return true;
        }
        List<SignatureList> signers;
        if (isSetupMode()) {
            signers = SignatureList.read(request.payload()).orElse(List.of());
        } else {
            signers = lists(isGlobal(name) ? PK : KEK);
        }
        for (Certificate anchor : SignatureList.certificates(signers)) {
            if (isSignedBy(request, anchor)) {
                return true;
            }
        }
        return false;
    }

    private boolean isSignedBy(Authentication request, Certificate anchor) {
        SignedData signature = request.signature();
        return signature != null
                && signature.leadsTo(anchor, cryptography.orElseThrow())
                && signature.isOf(request.signed(), cryptography.orElseThrow());
    }

    /** By which the only one is told who may change a variable that is not a key. */
    private Optional<byte[]> signerOf(Authentication request) {
        Cryptography by = cryptography.orElseThrow();
        SignedData signature = request.signature();
        if (signature == null || !signature.isOf(request.signed(), by)) {
            return Optional.empty();
        }
        List<Certificate> chain = signature.chain(by);
        return Optional.of(
                by.digest(
                        HashAlgorithm.SHA256,
                        chain.getFirst().commonName(),
                        chain.getLast().toBeSigned()));
    }
}
