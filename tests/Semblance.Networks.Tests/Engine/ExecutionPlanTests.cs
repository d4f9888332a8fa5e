using Semblance.Networks.Execution;
using Xunit;

namespace Semblance.Networks.Tests.Engine;

public sealed class ExecutionPlanTests
{
    public static TheoryData<int, bool, bool> Plans
    {
        get
        {
            var plans = new TheoryData<int, bool, bool>();
            for (var seed = 0; seed < 20; seed++)
            {
                plans.Add(seed, true, false);
                plans.Add(seed, true, true);
                plans.Add(seed, false, false);
            }
            return plans;
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Buffers_in_use_at_the_same_time_do_not_overlap(int seed, bool training, bool recompute)
    {
        var plan = Plan(seed, training, recompute);
        // From the steps themselves, not from what the plan notes about a buffer.
        var uses = new Dictionary<PlannedBuffer, (int First, int Last)>();
        for (var step = 0; step < plan.Steps.Count; step++)
        {
            foreach (var buffer in Reads(plan.Steps[step]).Concat(Writes(plan.Steps[step])))
                uses[buffer] = uses.TryGetValue(buffer, out var use) ? (use.First, step) : (step, step);
        }
        var list = uses.ToArray();
        for (var i = 0; i < list.Length; i++)
        {
            Assert.InRange(list[i].Key.Offset, 0, plan.ArenaBytes - list[i].Key.Bytes);
            for (var j = 0; j < i; j++)
            {
                var apart = list[i].Value.Last < list[j].Value.First || list[j].Value.Last < list[i].Value.First;
                Assert.True(apart || !Overlap(list[i].Key, list[j].Key), $"memory of {list[i].Key.Owner} and of {list[j].Key.Owner}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Plans))]
    public void Nothing_is_read_that_another_buffer_has_been_written_over(int seed, bool training, bool recompute)
    {
        var network = RandomNetwork.Draw(seed);
        var plan = Plan(seed, training, recompute);
        var intact = new HashSet<PlannedBuffer>();
        void Write(PlannedBuffer buffer)
        {
            intact.RemoveWhere(other => Overlap(other, buffer));
            intact.Add(buffer);
        }

        foreach (var (_, value) in network.Inputs)
            Write(plan.BufferOf(value)!);
        for (var step = 0; step < plan.Steps.Count; step++)
        {
            if (step == plan.ForwardSteps)
            {
                foreach (var (_, value) in network.Outputs)
                {
                    Assert.Contains(plan.BufferOf(value)!, intact);
                    if (plan.OuterGradients.TryGetValue(value, out var gradient))
                        Write(gradient);
                }
            }
            foreach (var buffer in Reads(plan.Steps[step]))
                Assert.True(intact.Contains(buffer), $"step {step} reads memory of {buffer.Owner} that something else was written to");
            foreach (var buffer in Writes(plan.Steps[step]))
                Write(buffer);
        }
        foreach (var (_, value) in network.Outputs.Concat(network.Inputs))
            Assert.Contains(plan.BufferOf(value)!, intact);
        foreach (var (_, value) in network.Inputs)
        {
            if (plan.OuterGradients.TryGetValue(value, out var gradient))
                Assert.Contains(gradient, intact);
        }
    }

    [Fact]
    public void Computing_again_takes_less_memory()
    {
        var network = new Network(1);
        var x = network.Input("x", [4, 16, 16, 8]);
        for (var i = 0; i < 8; i++)
            x = network.Add(new BatchNorm { Activation = Activation.Relu }, network.Add(new Convolution(8, 3), x));
        network.Output("y", network.Add(new GlobalAveragePool(), x));
        long Bytes(Recompute recompute)
        {
            using var run = network.Prepare(4, new RunOptions { Training = true, Recompute = recompute });
            return run.ArenaBytes;
        }

        Assert.True(Bytes(Recompute.Cheap) < 0.75 * Bytes(Recompute.None), $"{Bytes(Recompute.Cheap)} against {Bytes(Recompute.None)} bytes");
    }

    private static ExecutionPlan Plan(int seed, bool training, bool recompute)
    {
        var network = RandomNetwork.Draw(seed);
        var options = new RunOptions { Training = training, InputGradients = training && seed % 2 == 0, Recompute = recompute ? Recompute.Cheap : Recompute.None };
        return new ExecutionPlan(network, [.. network.Inputs.Select(input => network.NominalShape(input.Value))], options, threads: 2, sizeof(float));
    }

    private static bool Overlap(PlannedBuffer left, PlannedBuffer right)
        => left != right && left.Offset < right.Offset + right.Bytes && right.Offset < left.Offset + left.Bytes;

    private static IEnumerable<PlannedBuffer> Reads(PlannedStep step)
    {
        var buffers = step.Inputs.AsEnumerable();
        if (step.Kind == StepKind.Backward)
            buffers = buffers.Concat(step.Outputs).Concat(step.OutputGradients).Concat(step.InputGradients.Where((_, i) => AddsToEarlier(step, i)));
        if (step.Kind == StepKind.Add)
            buffers = buffers.Concat(step.Outputs);
        if (step.Kind is StepKind.Backward or StepKind.Repeat)
            buffers = buffers.Append(step.Saved);
        return buffers.OfType<PlannedBuffer>();
    }

    // A value that goes in twice: the second part of its gradient is added to the first, which the same step writes.
    private static bool AddsToEarlier(PlannedStep step, int input)
        => step.Accumulates[input] && !step.InputGradients.Take(input).Contains(step.InputGradients[input]);

    private static IEnumerable<PlannedBuffer> Writes(PlannedStep step)
    {
        var buffers = step.Kind == StepKind.Backward ? step.InputGradients : step.Outputs.AsEnumerable();
        if (step.Kind == StepKind.Forward)
            buffers = buffers.Append(step.Saved);
        return buffers.Append(step.Scratch).OfType<PlannedBuffer>();
    }
}
