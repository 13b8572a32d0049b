#pragma once

namespace tsctl {

// I_x(a, b), the regularized incomplete beta function: the distribution function of Beta(a, b) at x, for a, b > 0
// and 0 <= x <= 1. Lentz's continued fraction (DLMF 8.17.22); relative error about 1e-14 away from underflow.
double regularized_beta(double x, double a, double b);

// The standard normal distribution function.
double normal_cdf(double z) noexcept;

// The p-quantile of Student's t with `degrees` degrees of freedom, 0 < p < 1, degrees > 0.
double student_t_quantile(double p, double degrees);

}  // namespace tsctl
