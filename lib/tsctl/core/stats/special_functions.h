#pragma once

namespace tsctl {

// The regularized incomplete beta function I_x(a, b), which is the distribution function of Beta(a, b) at x; for a, b
// > 0 and 0 <= x <= 1. Computed from Lentz's continued fraction (DLMF 8.17.22); the relative error is about 1e-14,
// except near underflow.
double regularized_beta(double x, double a, double b);

// The standard normal distribution function.
double normal_cdf(double z) noexcept;

// The p-quantile of Student's t distribution with `degrees` > 0 degrees of freedom, 0 < p < 1.
double student_t_quantile(double p, double degrees);

}  // namespace tsctl
