using System.Linq.Expressions;
using System.Reflection;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.VectorData.ProviderServices;
using Semblance.VectorData.Records;

namespace Semblance.VectorData.Filtering;

/// <summary>Rewrites a filter's body from the record to the <see cref="Row"/>; the rules for null stand at <see cref="RecordFilter"/>.</summary>
internal sealed class RowRewriter(RecordFilter filter, Func<PropertyModel, int> columnOf) : ExpressionVisitor
{
    private static readonly MethodInfo s_value = typeof(Row).GetMethod(nameof(Row.Value))!;
    private static readonly MethodInfo s_in = typeof(Membership).GetMethod(nameof(Membership.In))!;
    private static readonly MethodInfo s_inNullable = typeof(Membership).GetMethod(nameof(Membership.InNullable))!;
    private static readonly MethodInfo s_hashed = typeof(Membership).GetMethod(nameof(Membership.Hashed))!;
    private static readonly MethodInfo s_equals = typeof(object).GetMethod(nameof(Equals), [typeof(object), typeof(object)])!;

    private readonly ParameterExpression _row = Expression.Parameter(typeof(Row), "row");

    public Func<Row, bool> Compile(Expression body) => Expression.Lambda<Func<Row, bool>>(Truth(Visit(body)), _row).Compile();

    protected override Expression VisitParameter(ParameterExpression node) => node == filter.Record
        ? throw new NotSupportedException("The filter uses the record as a whole; a filter may only look at the record's key and data properties.")
        : node;

    protected override Expression VisitMember(MemberExpression node)
    {
        if (IsRecord(node.Expression))
            return Read(node, node.Type);
        if (Visit(node.Expression) is not { } owner)
            return node;
        // The value of a nullable stays nullable, so that a comparison with it is false where there is none.
        if (Nullable.GetUnderlyingType(owner.Type) is not null && node.Expression!.Type != owner.Type)
            return Lifted(owner, value => Expression.MakeMemberAccess(value, node.Member));
        if (Nullable.GetUnderlyingType(owner.Type) is not null)
            return node.Member.Name == nameof(Nullable<>.Value) ? owner : node.Update(owner);
        return Guarded(owner, value => node.Update(value));
    }

    protected override Expression VisitMethodCall(MethodCallExpression node)
    {
        if (IsRecord(node.Object))
            return Read(node, typeof(object));
        if (RecordFilter.TryContains(node, out var source, out var item))
            return Contains(Visit(source!), Visit(item!));

        var parameters = node.Method.GetParameters();
        var arguments = node.Arguments.Select((argument, i) => Fitted(Visit(argument), parameters[i].ParameterType)).ToList();
        if (node.Object is not null)
        {
            var owner = Visit(node.Object);
            return Nullable.GetUnderlyingType(owner.Type) is not null && node.Object.Type != owner.Type
                ? Lifted(owner, value => Expression.Call(value, node.Method, arguments))
                : Guarded(owner, value => node.Update(value, arguments));
        }
        return node.Method.IsDefined(typeof(ExtensionAttribute))
            ? Guarded(arguments[0], value => Expression.Call(node.Method, [value, .. arguments.Skip(1)]))
            : Expression.Call(node.Method, arguments);
    }

    protected override Expression VisitUnary(UnaryExpression node)
    {
        var convert = node.NodeType is ExpressionType.Convert or ExpressionType.ConvertChecked;
        if (convert && IsRecord((node.Operand as MethodCallExpression)?.Object))
            return Read(node.Operand, Nullable.GetUnderlyingType(node.Type) is null && node.Type.IsValueType ? typeof(Nullable<>).MakeGenericType(node.Type) : node.Type);
        var operand = Visit(node.Operand);
        if (node.NodeType == ExpressionType.Not && node.Type == typeof(bool))
            return Expression.Not(Truth(operand));
        if (node.NodeType == ExpressionType.ArrayLength)
            return Guarded(operand, Expression.ArrayLength);
        if (operand.Type == node.Operand.Type && !(convert && Nullable.GetUnderlyingType(operand.Type) == node.Type))
            return node.Update(operand);
        // The operand may be missing now, and then so is the result.
        var type = node.Type.IsValueType && Nullable.GetUnderlyingType(node.Type) is null ? typeof(Nullable<>).MakeGenericType(node.Type) : node.Type;
        return operand.Type == type ? operand : Expression.MakeUnary(node.NodeType, operand, type, node.Method);
    }

    protected override Expression VisitBinary(BinaryExpression node)
    {
        var left = Visit(node.Left);
        var right = Visit(node.Right);
        if (node.NodeType is ExpressionType.AndAlso or ExpressionType.OrElse)
            return Expression.MakeBinary(node.NodeType, Truth(left), Truth(right));
        if (node.NodeType is ExpressionType.Equal or ExpressionType.NotEqual && node.Method is null && (left.Type == typeof(object) || right.Type == typeof(object)))
            return BoxedEquality(node, left, right);
        if (left.Type == node.Left.Type && right.Type == node.Right.Type)
            return node.Update(left, node.Conversion, right);
        if (left.Type != right.Type)
        {
            if (Nullable.GetUnderlyingType(left.Type) == right.Type)
                right = Expression.Convert(right, left.Type);
            else if (Nullable.GetUnderlyingType(right.Type) == left.Type)
                left = Expression.Convert(left, right.Type);
        }
        return Expression.MakeBinary(node.NodeType, left, right, liftToNull: false, node.Method, node.Conversion);
    }

    protected override Expression VisitConditional(ConditionalExpression node)
    {
        var (test, yes, no) = (Truth(Visit(node.Test)), Visit(node.IfTrue), Visit(node.IfFalse));
        var type = yes.Type == no.Type ? yes.Type : node.Type;
        return Expression.Condition(test, Fitted(yes, type), Fitted(no, type));
    }

    protected override Expression VisitLambda<T>(Expression<T> node) =>
        Expression.Lambda<T>(Fitted(Visit(node.Body), node.ReturnType), node.TailCall, node.Parameters);

    private bool IsRecord(Expression? expression) =>
        expression == filter.Record || (expression is UnaryExpression { NodeType: ExpressionType.Convert } convert && convert.Operand == filter.Record);

    private MethodCallExpression Read(Expression expression, Type type)
    {
        if (!filter.TryBind(expression, out var property))
            throw new NotSupportedException($"The filter reads '{expression}', which is no property of the collection's definition.");
        if (property is VectorPropertyModel)
            throw new NotSupportedException($"The filter reads the vector property '{property.ModelName}'; a filter may only look at the record's key and data properties.");
        return Expression.Call(_row, s_value.MakeGenericMethod(type), Expression.Constant(columnOf(property!)));
    }

    private Expression Contains(Expression source, Expression item)
    {
        // A dynamic record's list is an object whose cast the matching has taken off.
        if (source.Type == typeof(object))
            source = Expression.TypeAs(source, typeof(IEnumerable<>).MakeGenericType(Nullable.GetUnderlyingType(item.Type) ?? item.Type));
        var element = ElementOf(source.Type);
        if (!new Variance().IsIn(source))
            source = Expression.Constant(Expression.Lambda(Expression.Call(s_hashed.MakeGenericMethod(element), source)).Compile().DynamicInvoke(), typeof(IEnumerable<>).MakeGenericType(element));
        return Nullable.GetUnderlyingType(item.Type) == element
            ? Expression.Call(s_inNullable.MakeGenericMethod(element), source, item)
            : Expression.Call(s_in.MakeGenericMethod(element), source, Fitted(item, element));
    }

    private static Type ElementOf(Type sequence) =>
        (sequence.IsGenericType && sequence.GetGenericTypeDefinition() == typeof(IEnumerable<>) ? sequence : sequence.GetInterfaces().First(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IEnumerable<>)))
        .GetGenericArguments()[0];

    // Values of the definition's types behind `object`, as dynamic records have them: equal by value, not by reference.
    private static Expression BoxedEquality(BinaryExpression node, Expression left, Expression right)
    {
        var equal = Expression.Call(s_equals, Expression.Convert(left, typeof(object)), Expression.Convert(right, typeof(object)));
        return node.NodeType == ExpressionType.Equal ? equal : Expression.Not(equal);
    }

    /// <summary>A bool, false where it is missing.</summary>
    private static Expression Truth(Expression expression) =>
        expression.Type == typeof(bool?) ? Expression.Coalesce(expression, Expression.Constant(false)) : expression;

    /// <summary>What a place of the type <paramref name="type"/> takes: the default where a nullable is missing.</summary>
    private static Expression Fitted(Expression expression, Type type) =>
        expression.Type == type || !type.IsValueType && type.IsAssignableFrom(expression.Type) && !expression.Type.IsValueType ? expression
        : Nullable.GetUnderlyingType(expression.Type) == type ? Expression.Coalesce(expression, Expression.Default(type))
        : Expression.Convert(expression, type);

    /// <summary>A member or call of something that may be null.</summary>
    private static Expression Guarded(Expression owner, Func<Expression, Expression> use) =>
        owner.Type.IsValueType || owner is ConstantExpression
            ? use(owner)
            : WhenThere(owner, value => Expression.NotEqual(value, Expression.Constant(null, owner.Type)), use);

    /// <summary>A member or call of a value that was made nullable here.</summary>
    private static Expression Lifted(Expression owner, Func<Expression, Expression> use) =>
        WhenThere(owner, value => Expression.Property(value, nameof(Nullable<>.HasValue)), value => use(Expression.Property(value, nameof(Nullable<>.Value))));

    private static Expression WhenThere(Expression owner, Func<Expression, Expression> there, Func<Expression, Expression> use)
    {
        var value = Expression.Variable(owner.Type);
        var used = use(value);
        if (used.Type == typeof(void) || used.Type.IsByRefLike)
            return use(owner);
        var type = used.Type == typeof(bool) || !used.Type.IsValueType || Nullable.GetUnderlyingType(used.Type) is not null ? used.Type : typeof(Nullable<>).MakeGenericType(used.Type);
        return Expression.Block(
            [value],
            Expression.Assign(value, owner),
            Expression.Condition(there(value), used.Type == type ? used : Expression.Convert(used, type), Expression.Default(type)));
    }

    /// <summary>Whether an expression is the same for every row: any parameter from outside of it, such as the row, makes it vary.</summary>
    private sealed class Variance : ExpressionVisitor
    {
        private readonly HashSet<ParameterExpression> _own = [];
        private bool _found;

        public bool IsIn(Expression expression)
        {
            Visit(expression);
            return _found;
        }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            _found |= !_own.Contains(node);
            return node;
        }

        protected override Expression VisitLambda<T>(Expression<T> node)
        {
            _own.UnionWith(node.Parameters);
            return base.VisitLambda(node);
        }
    }
}
