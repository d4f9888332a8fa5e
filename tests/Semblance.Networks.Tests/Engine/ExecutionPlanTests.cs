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

    [Fact]
    public void A_layer_that_may_overwrite_its_input_is_given_its_memory()
    {
        var network = new Network(1);
        var convolved = network.Add(new Convolution(4, 3), network.Input("x", [2, 8, 8, 3]));
        var activated = network.Add(new Relu(), convolved);
        network.Output("y", network.Add(new GlobalAveragePool(), activated));
        var inference = PlanOf(network, new RunOptions());
        Assert.Same(inference.BufferOf(network.Nodes[0].FirstOutput), inference.BufferOf(network.Nodes[1].FirstOutput));

        // Backwards likewise: the derivative by the input goes where that by the output was.
        var training = PlanOf(network, new RunOptions { Training = true });
        var step = Assert.Single(training.Steps, step => step.Kind == StepKind.Backward && step.Node == 1);
        Assert.Same(step.OutputGradients[0], step.InputGradients[0]);

        // Not where the input is read again later.
        var forked = new Network(1);
        var x = forked.Add(new Convolution(4, 3), forked.Input("x", [2, 8, 8, 3]));
        forked.Output("y", forked.Add(new Concat(), x, forked.Add(new Relu(), x)));
        var kept = PlanOf(forked, new RunOptions());
        Assert.NotSame(kept.BufferOf(forked.Nodes[0].FirstOutput), kept.BufferOf(forked.Nodes[1].FirstOutput));
    }

    /// <summary>Computing a tensor again pays only where keeping its input instead takes half of its memory at most.</summary>
    [Fact]
    public void A_cheap_layer_is_repeated_where_its_input_takes_half_of_its_output_and_not_where_it_takes_more()
    {
        // The input, which nobody else keeps, is as large as the output.
        Assert.False(IsRepeated((network, x) => network.Add(new Transpose(0, 2, 1, 3), network.Add(new Convolution(4, 3), x))));
        // A quarter of it.
        Assert.True(IsRepeated((network, x) => network.Add(new Upsample(2), network.Add(new Convolution(4, 3), x))));
        // Exactly half of it: the other half is the network's input, which is there in any case.
        Assert.True(IsRepeated((network, x) => network.Add(new Concat(), network.Add(new Convolution(3, 3), x), x)));
        // A little more than half.
        Assert.False(IsRepeated((network, x) => network.Add(new Concat(), network.Add(new Convolution(4, 3), x), x)));

        static bool IsRepeated(Func<Network, Value, Value> make)
        {
            var network = new Network(1);
            var cheap = make(network, network.Input("x", [2, 8, 8, 3]));
            // A convolution keeps what goes in.
            network.Output("y", network.Add(new GlobalAveragePool(), network.Add(new Convolution(4, 3), cheap)));
            return PlanOf(network, new RunOptions { Training = true, Recompute = Recompute.Cheap }).Steps.Any(step => step.Kind == StepKind.Repeat && step.Node == 1);
        }
    }

    private static ExecutionPlan PlanOf(Network network, RunOptions options)
        => new(network, [.. network.Inputs.Select(input => network.NominalShape(input.Value))], options, threads: 2, sizeof(float));

    private static ExecutionPlan Plan(int seed, bool training, bool recompute)
    {
        var network = RandomNetwork.Draw(seed);
        var options = new RunOptions { Training = training, InputGradients = training && seed % 2 == 0, Recompute = recompute ? Recompute.Cheap : Recompute.None };
        return PlanOf(network, options);
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
