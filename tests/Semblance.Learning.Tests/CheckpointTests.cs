using System.Buffers.Binary;
using System.Security.Cryptography;
using Semblance.Networks;
using Semblance.Numerics;
using Semblance.Testing;
using Xunit;

namespace Semblance.Learning.Tests;

public sealed class CheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Path => _folder["run", "checkpoint.bin"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Everything_comes_back_to_the_bit()
    {
        var (network, parts) = Stepped(1);
        Checkpoint.Save(Path, network, parts);
        var (other, otherParts) = Stepped(2);
        Assert.NotEqual(Bytes(network, parts), Bytes(other, otherParts));
        Checkpoint.Restore(Path, other, otherParts);
        Assert.Equal(Bytes(network, parts), Bytes(other, otherParts));
    }

    [Fact]
    public void Writing_again_replaces_the_file_and_leaves_nothing_beside_it()
    {
        var (network, parts) = Stepped(1);
        Checkpoint.Save(Path, network, parts);
        network.Parameters[0].Values.Fill(7);
        Checkpoint.Save(Path, network, parts);
        Assert.Equal(["checkpoint.bin"], Directory.GetFiles(_folder["run"]).Select(System.IO.Path.GetFileName));
        network.Parameters[0].Values.Clear();
        Checkpoint.Restore(Path, network, parts);
        Assert.All(network.Parameters[0].Values.ToArray(), value => Assert.Equal(7, value));
    }

    [Fact]
    public void A_failed_write_leaves_the_old_file()
    {
        var (network, parts) = Stepped(1);
        Checkpoint.Save(Path, network, parts);
        var before = File.ReadAllBytes(Path);
        Assert.Throws<InvalidOperationException>(() => Checkpoint.Save(Path, network, [.. parts, new Failing()]));
        Assert.Throws<InvalidOperationException>(() => Checkpoint.Save(Path, network, [.. parts, parts[0]]));
        Assert.Equal(before, File.ReadAllBytes(Path));
        Assert.Single(Directory.GetFiles(_folder["run"]));
        Assert.Throws<CheckpointException>(() => Checkpoint.Save(_folder["run", "checkpoint.bin", "deeper"], network, parts));
    }

    [Fact]
    public void Writers_of_the_same_path_do_not_meet()
    {
        var (network, parts) = Stepped(1);
        var (other, otherParts) = Stepped(2);
        // The second writes its file while the first is in the middle of its own.
        Checkpoint.Save(Path, network, [.. parts, new Meanwhile(() => Checkpoint.Save(Path, other, otherParts))]);
        Assert.Single(Directory.GetFiles(_folder["run"]));
        Checkpoint.Restore(Path, other, [.. otherParts, new Meanwhile(() => { })]);
        Assert.Equal(Bytes(network, parts), Bytes(other, otherParts));
    }

    [Fact]
    public void A_newer_file_is_refused_with_a_sentence()
    {
        var (network, parts) = Stepped(1);
        Checkpoint.Save(Path, network, parts);
        var bytes = File.ReadAllBytes(Path);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), 2);
        File.WriteAllBytes(Path, bytes);
        Assert.Contains("version 2 and this program reads up to 1", Assert.Throws<CheckpointException>(() => Checkpoint.Restore(Path, network, parts)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_does_not_fit_is_named_and_nothing_changes()
    {
        var (network, parts) = Stepped(1);
        Checkpoint.Save(Path, network, parts);

        var wider = ColouredSquares.Network(filters: 7);
        AssertRefused("'convolution1.weight' as [3, 3, 3, 6] and this run has it as [3, 3, 3, 7]", wider, [new Sgd(wider, 0.1, 0.9), new ExponentialMovingAverage(wider)]);

        var deeper = ColouredSquares.Network();
        deeper.Output("more", deeper.Add(new Linear(2), deeper.OutputValue("classes")));
        AssertRefused("holds no 'linear2.weight'", deeper, [new Sgd(deeper, 0.1, 0.9), new ExponentialMovingAverage(deeper)]);

        var same = ColouredSquares.Network();
        AssertRefused("holds no 'optimizer.Adam'", same, [new Adam(same), new ExponentialMovingAverage(same)]);
        AssertRefused("holds 'average.updates', which this run has not", same, [new Sgd(same, 0.1, 0.9)]);
    }

    [Fact]
    public void A_missing_file_and_another_file_are_named()
    {
        var network = ColouredSquares.Network();
        Assert.Contains("nowhere", Assert.Throws<CheckpointException>(() => Checkpoint.Restore(_folder["nowhere"], network)).Message, StringComparison.Ordinal);
        File.WriteAllText(_folder["text"], "This is a text that is long enough.");
        Assert.Contains("is not a checkpoint", Assert.Throws<CheckpointException>(() => Checkpoint.Restore(_folder["text"], network)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Truncations_and_flipped_bits_are_found_and_nothing_changes()
    {
        var (network, parts) = Stepped(1);
        Checkpoint.Save(Path, network, parts);
        var whole = File.ReadAllBytes(Path);
        var before = Bytes(network, parts);
        var random = new SeededRandom(11);
        for (var i = 0; i < 300; i++)
        {
            var bytes = whole.ToArray();
            if (i % 3 == 0)
                bytes = bytes[..random.NextInt(bytes.Length)];
            else
                bytes[random.NextInt(bytes.Length)] ^= (byte)(1 << random.NextInt(8));
            File.WriteAllBytes(Path, bytes);
            Assert.Throws<CheckpointException>(() => Checkpoint.Restore(Path, network, parts));
        }
        Assert.Equal(before, Bytes(network, parts));
    }

    // As a hostile or buggy writer would make them: the checksum is right.
    [Fact]
    public void Nonsense_under_a_right_checksum_is_refused_or_read_but_never_worse()
    {
        var (network, parts) = Stepped(1);
        Checkpoint.Save(Path, network, parts);
        var whole = File.ReadAllBytes(Path);
        var random = new SeededRandom(12);
        for (var i = 0; i < 300; i++)
        {
            var bytes = whole.ToArray();
            for (var flips = 1 + random.NextInt(3); flips > 0; flips--)
                bytes[random.NextInt(bytes.Length - 32)] = (byte)random.NextInt(256);
            SHA256.HashData(bytes.AsSpan(..^32), bytes.AsSpan(bytes.Length - 32));
            File.WriteAllBytes(Path, bytes);
            try
            {
                Checkpoint.Restore(Path, network, parts);
            }
            catch (CheckpointException)
            {
            }
        }
    }

    private void AssertRefused(string words, Network network, IStateful[] parts)
    {
        var before = ColouredSquares.Weights(network);
        Assert.Contains(words, Assert.Throws<CheckpointException>(() => Checkpoint.Restore(Path, network, parts)).Message, StringComparison.Ordinal);
        Assert.Equal(before, ColouredSquares.Weights(network));
    }

    private static (Network Network, IStateful[] Parts) Stepped(long seed)
    {
        var network = ColouredSquares.Network(seed: seed);
        var optimizer = new Sgd(network, 0.1, 0.9);
        var average = new ExponentialMovingAverage(network);
        for (var step = 0; step < 3; step++)
        {
            foreach (var parameter in network.Parameters.Where(parameter => parameter.Trainable))
                parameter.Gradient.Fill(0.1f * (seed + step));
            optimizer.Step();
            average.Update();
        }
        return (network, [optimizer, average]);
    }

    private byte[] Bytes(Network network, IStateful[] parts)
    {
        Checkpoint.Save(_folder["compared"], network, parts);
        return File.ReadAllBytes(_folder["compared"]);
    }

    private sealed class Meanwhile(Action action) : IStateful
    {
        public void VisitState(StateVisitor visitor) => action();
    }

    private sealed class Failing : IStateful
    {
        public void VisitState(StateVisitor visitor) => throw new InvalidOperationException("No state can be had.");
    }
}
