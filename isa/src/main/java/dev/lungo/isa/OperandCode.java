package dev.lungo.isa;

/**
 * The codes in which the opcode maps write operands: an addressing method in upper case, an operand
 * type in lower case. SDM 2D, "Key to Abbreviations" (A.2).
 *
 * <p>Beyond the manual's: {@code Z} is the register in the low three bits of the opcode, which the
 * manual writes out ({@code rAX/r8}); {@code Ibs} a byte that is sign-extended; {@code Mt} ten
 * bytes; {@code VM} a vector-indexed memory operand; {@code RvMw} is the manual's {@code Rv/Mw}.
 */
enum OperandCode {
    // spotless:off
    Ap(Method.A, Type.P),
    By(Method.B, Type.Y),
    Cd(Method.C, Type.D), Dd(Method.D, Type.D),
    Eb(Method.E, Type.B), Ew(Method.E, Type.W), Ed(Method.E, Type.D), Ev(Method.E, Type.V),
    Ey(Method.E, Type.Y), Ez(Method.E, Type.Z),
    RvMw(Method.E, Type.V, Type.W), RyMb(Method.E, Type.Y, Type.B), RyMw(Method.E, Type.Y, Type.W),
    RyMd(Method.E, Type.Y, Type.D),
    Gb(Method.G, Type.B), Gw(Method.G, Type.W), Gv(Method.G, Type.V), Gy(Method.G, Type.Y),
    Hdq(Method.H, Type.DQ), Hqq(Method.H, Type.QQ), Hx(Method.H, Type.X),
    Ib(Method.I, Type.B), Ibs(Method.IS, Type.B), Iw(Method.I, Type.W), Iv(Method.I, Type.V),
    Iz(Method.IS, Type.Z),
    Jb(Method.J, Type.B), Jz(Method.J, Type.Z),
    Lx(Method.L, Type.X),
    M(Method.M, Type.NONE), Ma(Method.M, Type.A), Mb(Method.M, Type.B), Mw(Method.M, Type.W),
    Md(Method.M, Type.D), Mp(Method.M, Type.P), Mq(Method.M, Type.Q), Mdq(Method.M, Type.DQ),
    Ms(Method.M, Type.S), Mt(Method.M, Type.T), Mv(Method.M, Type.V), Mx(Method.M, Type.X),
    My(Method.M, Type.Y), Menv(Method.M, Type.ENV), Mstate(Method.M, Type.STATE),
    M512(Method.M, Type.M512),
    VMxd(Method.VMX, Type.D), VMxq(Method.VMX, Type.Q), VMyd(Method.VMY, Type.D),
    VMyq(Method.VMY, Type.Q),
    Nq(Method.N, Type.Q),
    Ob(Method.O, Type.B), Ov(Method.O, Type.V),
    Pd(Method.P, Type.D), Pq(Method.P, Type.Q),
    Qd(Method.Q, Type.D), Qq(Method.Q, Type.Q),
    Rd(Method.R, Type.D), Rq(Method.R, Type.Q), Rv(Method.R, Type.V), Ry(Method.R, Type.Y),
    Sw(Method.S, Type.W),
    Uq(Method.U, Type.Q), Udq(Method.U, Type.DQ), Ux(Method.U, Type.X), Ups(Method.U, Type.X),
    Upd(Method.U, Type.X),
    Vd(Method.V, Type.D), Vq(Method.V, Type.Q), Vdq(Method.V, Type.DQ), Vqq(Method.V, Type.QQ),
    Vx(Method.V, Type.X), Vps(Method.V, Type.X), Vpd(Method.V, Type.X), Vss(Method.V, Type.D),
    Vsd(Method.V, Type.Q),
    Wb(Method.W, Type.B), Ww(Method.W, Type.W), Wd(Method.W, Type.D), Wq(Method.W, Type.Q),
    Wdq(Method.W, Type.DQ), Wqq(Method.W, Type.QQ), Wx(Method.W, Type.X), Wps(Method.W, Type.X),
    Wpd(Method.W, Type.X), Wss(Method.W, Type.D), Wsd(Method.W, Type.Q),
    Xb(Method.X, Type.B), Xv(Method.X, Type.V), Xz(Method.X, Type.Z),
    Yb(Method.Y, Type.B), Yv(Method.Y, Type.V), Yz(Method.Y, Type.Z),
    Zb(Method.Z, Type.B), Zv(Method.Z, Type.V),
    // Fixed operands.
    AL(RegisterKind.GPR8, 0), CL(RegisterKind.GPR8, 1), AX(RegisterKind.GPR16, 0),
    DX(RegisterKind.GPR16, 2), EAX(RegisterKind.GPR32, 0), ECX(RegisterKind.GPR32, 1),
    /** The accumulator at the operand size. */
    rAX(Method.ACCUMULATOR, Type.V),
    /** The accumulator, 16 or 32 bits. */
    eAX(Method.ACCUMULATOR, Type.Z),
    /** The accumulator at the address size. */
    aAX(Method.ACCUMULATOR, Type.ADDRESS),
    ES(RegisterKind.SEGMENT, 0), CS(RegisterKind.SEGMENT, 1), SS(RegisterKind.SEGMENT, 2),
    DS(RegisterKind.SEGMENT, 3), FS(RegisterKind.SEGMENT, 4), GS(RegisterKind.SEGMENT, 5),
    ST0(RegisterKind.X87, 0), XMM0(RegisterKind.XMM, 0),
    STi(Method.STI, Type.T),
    /** The constant 1 of shifts. */
    ONE(Method.ONE, Type.B),
    /** The table of XLAT at rBX, the address of MONITOR at rAX, the destination of MASKMOVs. */
    MrBX(Method.RBX, Type.B), MrAX(Method.RAX, Type.NONE), MrDI(Method.RDI, Type.X),
    MrDIq(Method.RDI, Type.Q);
    // spotless:on

    /** Codes for addressing method. */
    enum Method {
        A,
        B,
        C,
        D,
        E,
        G,
        H,
        I,
        IS,
        J,
        L,
        M,
        N,
        O,
        P,
        Q,
        R,
        S,
        U,
        V,
        W,
        X,
        Y,
        Z,
        VMX,
        VMY,
        FIXED,
        ACCUMULATOR,
        STI,
        ONE,
        RAX,
        RBX,
        RDI
    }

    /** Codes for operand type. */
    enum Type {
        /** Two operands of the operand size. */
        A,
        B,
        W,
        D,
        Q,
        /** Ten bytes. */
        T,
        DQ,
        QQ,
        /** Selector and offset of the operand size. */
        P,
        /** Pseudo-descriptor: limit and base. */
        S,
        /** Operand size. */
        V,
        /** 16 or 32 bits. */
        Z,
        /** 32 or 64 bits. */
        Y,
        /** The vector length. */
        X,
        NONE,
        /** x87 environment: 14 or 28 bytes. */
        ENV,
        /** x87 state: 94 or 108 bytes. */
        STATE,
        M512,
        ADDRESS
    }

    final Method method;

    /** The type of a register, and of memory unless {@link #memory} says otherwise. */
    final Type type;

    final Type memory;

    /** The register that a fixed operand is. */
    final RegisterKind kind;

    final int number;

    OperandCode(Method method, Type type) {
        this(method, type, type);
    }

    OperandCode(Method method, Type type, Type memory) {
        this.method = method;
        this.type = type;
        this.memory = memory;
        this.kind = RegisterKind.GPR8;
        this.number = 0;
    }

    OperandCode(RegisterKind kind, int number) {
        this.method = Method.FIXED;
        this.type = Type.NONE;
        this.memory = Type.NONE;
        this.kind = kind;
        this.number = number;
    }

    boolean usesModRm() {
        return switch (method) {
            case C, D, E, G, M, N, P, Q, R, S, U, V, W, VMX, VMY, STI -> true;
            case A, B, H, I, IS, J, L, O, X, Y, Z, FIXED, ACCUMULATOR, ONE, RAX, RBX, RDI -> false;
        };
    }

    /** Whether ModRM must name memory. */
    boolean memoryOnly() {
        return method == Method.M || method == Method.VMX || method == Method.VMY;
    }

    /** Whether ModRM must name a register. */
    boolean registerOnly() {
        return method == Method.N
                || method == Method.R
                || method == Method.U
                || method == Method.STI;
    }

    boolean usesVvvv() {
        return method == Method.B || method == Method.H;
    }
}
