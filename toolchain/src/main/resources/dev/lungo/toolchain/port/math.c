/* What Java's operators and java.lang.Math need of a C library; the results are exact. */
#include <stdint.h>

double fmod(double x, double y) {
    uint16_t status;
    __asm__("1: fprem; fnstsw %1; testw $0x400, %1; jnz 1b" : "+t"(x), "=a"(status) : "u"(y));
    return x;
}

float fmodf(float x, float y) { return fmod(x, y); }

double sqrt(double x) {
    __asm__("sqrtsd %0, %0" : "+x"(x));
    return x;
}

double fabs(double x) { return __builtin_fabs(x); }

double rint(double x) {
    double big = __builtin_copysign(0x1p52, x);
    return __builtin_fabs(x) < 0x1p52 ? __builtin_copysign(x + big - big, x) : x;
}

double floor(double x) {
    double near = rint(x);
    return near > x ? near - 1 : near;
}

double ceil(double x) {
    double near = rint(x);
    return near < x ? __builtin_copysign(near + 1, x) : near;
}

double round(double x) {
    double whole = __builtin_copysign(floor(__builtin_fabs(x)), x);
    return __builtin_fabs(x - whole) >= 0.5 ? whole + __builtin_copysign(1, x) : whole;
}
