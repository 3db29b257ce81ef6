/** A value in a condition. `at` is its place in the text. */
export type Operand = FieldOperand | LiteralOperand

export interface FieldOperand {
  kind: 'field'
  name: string
  at: number
}

export interface LiteralOperand {
  kind: 'text' | 'number' | 'null'
  /** As written; a text without its quotes. */
  value: string
  at: number
}

export type Operator = '=' | '<>' | '<' | '<=' | '>' | '>='

/** A condition as it was written. */
export type Condition =
  | { kind: 'and' | 'or'; conditions: Condition[] }
  | { kind: 'not'; condition: Condition }
  | { kind: 'compare'; operator: Operator; left: Operand; right: Operand; at: number }
  | { kind: 'in'; operand: Operand; list: Operand[]; at: number }
  | { kind: 'between'; operand: Operand; low: Operand; high: Operand; at: number }
  | { kind: 'like'; operand: Operand; pattern: Operand; escapedBy: Operand | undefined }
  | { kind: 'isNull'; operand: Operand }
