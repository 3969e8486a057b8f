/** The derivations behind the rules, for docs/learning-rules.md. */
export const DERIVATIONS = `
## Why the rules are right

Let x_0 be the free state, F(x_0, theta) = 0, J = dF/dx there and c = dC/dx. Differentiating F = 0 along theta gives

    dC/dtheta = (direct part) - (dF/dtheta)' lambda,   J' lambda = c.                                  (1)

Every rule measures the adjoint state lambda, or a contrast that holds it.

### What plain nudging measures

A stationary state of F - nudge dC/dx moves by x_nudge - x_0 = nudge J^-1 c + O(nudge^2). Read as lambda, this is the
vector-field rule (Scellier, Goyal, Binas, Mesnard and Bengio 2018). Its error -(dF/dtheta)' (J^-1 - J^-T) c does not depend on
the nudge, and vanishes for any cost only where J = J'. In a feedforward network J is block triangular and J^-1 c lives on the
output layer: the estimate of every hidden layer is zero.

### Energies and potentials

For F = -dE/dx the Jacobian is minus the Hessian, J = J', and (1) is d/dnudge of dE/dtheta along the nudged states: the
contrast of equilibrium propagation (Scellier and Bengio 2017). Centred nudging leaves no term of first order (Laborieux and
others 2021). The same holds at any critical point of a potential Phi with regular Hessian H, a saddle included, since the
nudged states of Phi + nudge C move by -H^-1 c nudge and H = H'; where inhibitors climb Phi, a cost on them pushes with the
other sign (Kendall 2026, arXiv 2605.21568).

### The twist: J' = P J P^-1

With a known P, push by -nudge P^-1 c. The state moves by nudge J^-1 P^-1 c, and

    P J^-1 P^-1 c = (P J P^-1)^-1 c = J^-T c = lambda,

so that P (x_nudge - x_0) / nudge tends to the adjoint state without any correction of the dynamics. P = 1 for an energy. A
skew-gradient system of time constants T moves by T dz/dt = -K dPhi/dz, K = diag(1, -1): J = -T^-1 K H, and P = T K, since
P J P^-1 = -H K T^-1 = J'. The rate network -x + W rho(x) + b has J = -1 + W D with D = diag rho'(x), which for W = W' is not
symmetric, but J' = -1 + D W = D J D^-1: P = D at the free state.

### The correction of asymmetric equilibrium propagation

Without a P, turn round the antisymmetric part of J by hand (Scurria, Vanden Abeele, Mognetti and Massar 2026, arXiv
2602.03670): the nudged phase moves by

    dx/dt = F(x) - (J - J') (x - x_0) - nudge dC/dx

with J kept at x_0. Its Jacobian there is J - (J - J') = J', so that (x_nudge - x_0) / nudge tends to J^-T c = lambda. J' has
the spectrum of J: where the free state is stable, so is the nudged one, for a small nudge. For Hopfield's force
-x + rho'(x) (W rho(x) + b) the correction is -D (W - W') D (x - x_0): a connection needs the weight of its reverse.

### The doubled state of dyadic equilibrium propagation

Let two copies have the midpoint m and the difference d, and E = -d . F(m) + nudge C(m) (the same authors). Moving by
dm/dt = -dE/dd and dd/dt = -dE/dm,

    dm/dt = F(m),   dd/dt = J(m)' d - nudge dC/dm,

the midpoint settles at x_0, undisturbed, and d at nudge J^-T c = nudge lambda, linear in the nudge: dE/dtheta / nudge is (1)
exactly, at any nudge. The Jacobian of the pair is block triangular with J and J' on its diagonal: it settles where the free
phase does. With the cost on the two copies, [C(m + d/2) + C(m - d/2)] / 2 differs from C(m) by O(d^2), and the gradient errs
by O(nudge^2). The split form E = U(x) - U(x') - d . F_nc(m) + nudge [C(x) + C(x')] / 2 (after Galley 2013) is centred
equilibrium propagation at +-nudge / 2 where F_nc = 0.

### Probes

A force F(x) = nudge u moves the state by nudge r, r = J^-1 u. Then c . r = u . J^-T c = u . lambda: the cost's response to a
probe is that component of the adjoint state, whatever J is.
`;
