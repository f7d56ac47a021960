#pragma once
#define NAN __builtin_nanf("")
#define INFINITY __builtin_inff()
#define isnan(x) __builtin_isnan(x)
#define isinf(x) __builtin_isinf_sign(x)
#define isfinite(x) __builtin_isfinite(x)
double fmod(double, double);
float fmodf(float, float);
double floor(double);
double ceil(double);
double rint(double);
double round(double);
double sqrt(double);
double fabs(double);
