using Xunit;

namespace Semblance.Networks.Tests.Schedules;

/// <summary>
/// Rates against PyTorch's: <c>torch.optim.lr_scheduler</c> of 1.13 over SGD with lr = 0.1, read before each step as
/// <c>o.param_groups[0]['lr']; o.step(); s.step()</c>, eight digits.
/// </summary>
public sealed class ScheduleTests
{
    [Fact]
    public void Steps() // StepLR(o, 4, 0.5)
        => AssertRates(new StepSchedule(0.1, 4, 0.5), 0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.025);

    [Fact]
    public void Steps_at_milestones() // MultiStepLR(o, [3, 7], 0.1)
        => AssertRates(new StepSchedule(0.1, [3, 7]), 0.1, 0.1, 0.1, 0.01, 0.01, 0.01, 0.01, 0.001, 0.001, 0.001);

    [Fact]
    public void Cosine() // CosineAnnealingLR(o, 8, eta_min=0.01)
        => AssertRates(new CosineSchedule(0.1, 8, 0.01), 0.1, 0.096574579, 0.086819805, 0.072220754, 0.055, 0.037779246, 0.023180195, 0.013425421, 0.01, 0.01);

    [Fact]
    public void Cosine_with_warm_restarts() // CosineAnnealingWarmRestarts(o, 4, T_mult=2, eta_min=0.01)
        => AssertRates(new CosineSchedule(0.1, 4, 0.01, restarts: true, growth: 2), 0.1, 0.086819805, 0.055, 0.023180195, 0.1, 0.096574579, 0.086819805, 0.072220754, 0.055, 0.037779246, 0.023180195, 0.013425421, 0.1, 0.099135338, 0.096574579, 0.092416133);

    [Fact]
    public void Warm_up_then_cosine() // SequentialLR(o, [LinearLR(o, 0.2, 1.0, 5), CosineAnnealingLR(o, 6)], [5])
        => AssertRates(new WarmUp(new CosineSchedule(0.1, 6), 5, 0.2), 0.02, 0.036, 0.052, 0.068, 0.084, 0.1, 0.09330127, 0.075, 0.05, 0.025, 0.0066987298, 0);

    [Fact]
    public void Line() // LinearLR(o, 0.2, 1.0, 5)
        => AssertRates(new LinearSchedule(0.02, 0.1, 5), 0.02, 0.036, 0.052, 0.068, 0.084, 0.1, 0.1, 0.1);

    [Fact]
    public void One_cycle() // OneCycleLR(o, 0.4, total_steps=12)
        => AssertRates(new OneCycleSchedule(0.4, 12), 0.016, 0.13991586, 0.35171406, 0.39776617, 0.37320519, 0.32469826, 0.2589516, 0.18505484, 0.1132244, 0.053391012, 0.013826795, 1.6e-06, 1.6e-06);

    [Theory]
    [InlineData(10, 0.1)]
    [InlineData(1, 1)]
    [InlineData(1, 0.3)]
    [InlineData(4, 0)]
    [InlineData(4, 1)]
    public void One_cycle_has_a_rate_for_each_step_of_a_short_rise(long steps, double rise)
    {
        foreach (var linear in new[] { false, true })
        {
            var schedule = new OneCycleSchedule(0.4, steps, rise, linear: linear);
            for (var step = 0L; step <= steps; step++)
                Assert.InRange(schedule.At(step), 0, 0.4);
            if (rise * steps == 1)
                Assert.Equal(0.4, schedule.At(0), 1e-12);
        }
    }

    [Fact]
    public void One_cycle_of_lines() // OneCycleLR(o, 0.4, total_steps=12, anneal_strategy='linear', pct_start=0.25, div_factor=10, final_div_factor=100)
        => AssertRates(new OneCycleSchedule(0.4, 12, 0.25, 10, 100, linear: true), 0.04, 0.22, 0.4, 0.3556, 0.3112, 0.2668, 0.2224, 0.178, 0.1336, 0.0892, 0.0448, 0.0004);

    [Fact]
    public void Plateau_of_a_loss() // ReduceLROnPlateau(o, mode='min', factor=0.5, patience=2, threshold=1e-3, cooldown=1)
        => AssertReported(
            new Plateau(new ConstantSchedule(0.1)) { Factor = 0.5, Patience = 2, Threshold = 1e-3, Cooldown = 1 },
            [1.0, 0.9, 0.91, 0.92, 0.8999, 0.95, 0.95, 0.95, 0.95, 0.8, 0.81, 0.82, 0.83, 0.84, 0.85, 0.86],
            [0.1, 0.1, 0.1, 0.1, 0.05, 0.05, 0.05, 0.05, 0.025, 0.025, 0.025, 0.025, 0.0125, 0.0125, 0.0125, 0.0125]);

    [Fact]
    public void Plateau_of_an_accuracy() // ReduceLROnPlateau(o, mode='max', factor=0.1, patience=1, threshold=0.02, threshold_mode='abs', min_lr=0.002)
        => AssertReported(
            new Plateau(new ConstantSchedule(0.1)) { Maximizes = true, Patience = 1, Threshold = 0.02, RelativeThreshold = false, Minimum = 0.002 },
            [0.1, 0.3, 0.3, 0.31, 0.305, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3, 0.3],
            [0.1, 0.1, 0.1, 0.01, 0.01, 0.002, 0.002, 0.002, 0.002, 0.002, 0.002, 0.002]);

    [Fact]
    public void A_schedule_with_a_memory_goes_outside_the_warm_up()
        => Assert.Throws<ArgumentException>(() => new WarmUp(new Plateau(new ConstantSchedule(0.1)), 5));

    private static void AssertRates(ISchedule schedule, params double[] expected)
    {
        for (var step = 0; step < expected.Length; step++)
            Assert.Equal(expected[step], schedule.At(step), 1e-8);
    }

    private static void AssertReported(Plateau plateau, double[] results, double[] expected)
    {
        for (var i = 0; i < results.Length; i++)
        {
            plateau.Report(results[i]);
            Assert.Equal(expected[i], plateau.At(i), 1e-9);
        }
    }
}
